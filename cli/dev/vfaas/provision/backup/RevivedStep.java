package dev.vfaas.provision.backup;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** After the restored cluster has started: takes nodes out that are gone, and waits until everything runs that ran when the backup was made. */
final class RevivedStep implements Step {
    static final String ID = "restore-revive";
    private static final Duration SHORT = Duration.ofSeconds(60);
    private static final Duration NODES = Duration.ofMinutes(3);

    private final Manifest manifest;
    private final boolean moved;
    private final Duration patience;

    /**
     * @param moved whether the host is another one than that of the backup
     * @param patience how long to wait for pods
     */
    RevivedStep(Manifest manifest, boolean moved, Duration patience) {
        this.manifest = manifest;
        this.moved = moved;
        this.patience = patience;
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
        return "waiting until everything runs again";
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean pending = !planning.changesOf(RestoreStep.ID).isEmpty() || planning.interrupted(ID);
        return pending
                ? List.of(new Change.OfAction("wait until everything runs that ran when the backup was made"))
                : List.of();
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        String gone = execution
                .run(Command.script(RestoreScripts.DROP_NODES, manifest.fact("node"), moved ? "yes" : "no"), NODES)
                .out()
                .strip();
        if (!gone.isEmpty()) {
            execution.progress("no longer in the cluster: " + gone.replace('\n', ' '));
        }
        List<String> last = new ArrayList<>();
        int[] calm = {0};
        execution.await(
                "everything to run again",
                patience,
                () -> {
                    last.clear();
                    last.addAll(waiting(execution));
                    calm[0] = last.isEmpty() ? calm[0] + 1 : 0;
                    execution.progress(last.isEmpty() ? title() : "not running yet: " + String.join(", ", last));
                    return calm[0] >= 3 ? Optional.of(true) : Optional.empty();
                },
                () -> diagnosis(execution, last));
    }

    private List<String> waiting(Execution execution) {
        return execution
                .attempt(Command.script(RestoreScripts.UNREADY, manifest.fact("unready")), SHORT)
                .out()
                .lines()
                .toList();
    }

    private static List<String> diagnosis(Execution execution, List<String> last) {
        List<String> lines = new ArrayList<>(last);
        lines.addAll(execution
                .attempt(Command.script(RestoreScripts.WHY), SHORT)
                .out()
                .lines()
                .toList());
        return lines;
    }

    @Override
    public void verify(Execution execution) {
        // Waiting was the verification; a cluster that cannot be asked is told by the wait.
        if (!execution
                .attempt(Command.script("PATH=\"$PATH:/usr/local/bin\"; k3s kubectl get --raw /readyz"), SHORT)
                .ok()) {
            throw Failure.of(ExitCode.NOT_AS_ASKED, execution.server().name() + ": the API server does not answer")
                    .next("vfaas doctor " + execution.server().name());
        }
    }
}
