package dev.vfaas.provision.stack;

import dev.vfaas.openfaas.Json;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.ssh.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Objects of a cluster, read and written by {@code k3s kubectl} on one of its servers, through the API: nothing of them lies in files there. */
public final class ClusterObjects {
    /** Where K3s's programs are, in front of every script. */
    public static final String PATH = "export PATH=\"$PATH:/usr/local/bin\"; ";

    private static final Duration APPLY = Duration.ofSeconds(60);

    /** A manifest's text holds no such line. */
    private static final String END = "END-OF-VFAAS-OBJECTS";

    private final List<Manifest> wanted;

    /** @param wanted in the order in which they are made */
    public ClusterObjects(List<Manifest> wanted) {
        this.wanted = List.copyOf(wanted);
    }

    /** How they are now; answers nothing while there is no cluster. */
    public Question question(String id) {
        String identities = wanted.stream().map(Manifest::identity).collect(Collectors.joining("---\n"));
        return new Question.OfScript(
                id,
                PATH + "k3s kubectl get --ignore-not-found -o json -f - 2>/dev/null <<'" + END + "'\n" + identities
                        + END + "\n");
    }

    /** What must be made or changed. */
    public List<Change> changes(Observed.Answer answer) {
        List<Object> there = objects(answer.output());
        List<Change> changes = new ArrayList<>();
        for (Manifest manifest : wanted) {
            Optional<String> old =
                    there.stream().filter(manifest::names).findFirst().map(manifest::sameParts);
            if (!old.equals(Optional.of(manifest.yaml()))) {
                changes.add(new Change.OfManifest(
                        manifest.kind(), manifest.namespace(), manifest.name(), old.orElse(null), manifest.yaml()));
            }
        }
        return changes;
    }

    private static List<Object> objects(String json) {
        try {
            if (json.isBlank() || !(new Json().read(json) instanceof Map<?, ?> top)) {
                return List.of();
            }
            return top.get("items") instanceof List<?> items ? List.copyOf(items) : List.of(top);
        } catch (IOException e) {
            return List.of(); // cut off: as if nothing was known, and applying what is there changes nothing
        }
    }

    /** Makes or changes them all; those that are as they shall be stay untouched. */
    public void apply(Execution execution) {
        String documents = wanted.stream().map(Manifest::yaml).collect(Collectors.joining("---\n"));
        execution.run(Command.script(PATH + "k3s kubectl apply -f -"), Secret.of(documents), APPLY);
    }

    /** Deletes them, last one first, and waits until they are gone. */
    public void delete(Execution execution, Duration deadline) {
        String identities = wanted.reversed().stream().map(Manifest::identity).collect(Collectors.joining("---\n"));
        execution.run(
                Command.script(
                        PATH + "k3s kubectl delete --ignore-not-found --wait=true --timeout=\"$1\" -f -",
                        deadline.toSeconds() + "s"),
                Secret.of(identities),
                deadline.plusSeconds(15));
    }
}
