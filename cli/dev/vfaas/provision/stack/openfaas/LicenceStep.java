package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.openfaas.Json;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Sha256;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.stack.ClusterObjects;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The licence of the paid edition as the Secret its chart looks for; travels on standard input. */
final class LicenceStep implements Step {
    static final String ID = "openfaas-licence";
    private static final String NAME = "openfaas-license";
    private static final String SUM = "openfaas.licence-sha256";
    private static final Duration SHORT = Duration.ofSeconds(60);

    private final Optional<Secret> licence;

    /** @param licence empty to keep the one that is there */
    LicenceStep(Optional<Secret> licence) {
        this.licence = licence;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "handing OpenFaaS its licence";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(
                ID,
                ClusterObjects.PATH + "k3s kubectl -n openfaas get secret " + NAME
                        + " --ignore-not-found -o name 2>/dev/null"));
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean there = !planning.observed().answer(ID).output().isBlank();
        boolean same = licence.map(
                        secret -> planning.state().value(SUM).orElse("").equals(Sha256.of(secret.reveal())))
                .orElse(true);
        return licence.isEmpty() || there && same
                ? List.of()
                : List.of(new Change.OfManifest("Secret", "openfaas", NAME, null, "license: [redacted]\n"));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        Secret secret = licence.orElseThrow();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", "v1");
        object.put("kind", "Secret");
        object.put("metadata", Map.of("name", NAME, "namespace", "openfaas"));
        object.put("stringData", Map.of("license", secret.revealText()));
        execution.run(
                Command.script(ClusterObjects.PATH
                        + "k3s kubectl apply --server-side --force-conflicts --field-manager=vfaas -f -"),
                Secret.of(new Json().write(object)),
                SHORT);
        execution.remember(SUM, Sha256.of(secret.reveal()));
    }
}
