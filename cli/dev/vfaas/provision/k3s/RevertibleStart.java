package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.ConnectionLost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Starts the K3s that replaces another one; when it does not start, the one before is put back and started. */
final class RevertibleStart implements Step {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** $1 the binary that was kept, $2 K3s's installer, whose kept one is beside the binary; prints their checksums. */
    private static final String PUT_BACK = """
            set -e
            cp -f --reflink=auto "$1" /usr/local/bin/k3s.vfaas-new
            chown root:root /usr/local/bin/k3s.vfaas-new; chmod 755 /usr/local/bin/k3s.vfaas-new
            mv -f /usr/local/bin/k3s.vfaas-new /usr/local/bin/k3s
            cp -f "${1%/*}/install.sh.previous" "$2.vfaas-new"
            chown root:root "$2.vfaas-new"; chmod 700 "$2.vfaas-new"
            mv -f "$2.vfaas-new" "$2"
            sha256sum < /usr/local/bin/k3s | cut -c1-64
            sha256sum < "$2" | cut -c1-64
            """;

    private final ServiceStep start;
    private final Role role;
    private final Architecture architecture;

    RevertibleStart(ServiceStep start, Role role, Architecture architecture) {
        this.start = start;
        this.role = role;
        this.architecture = architecture;
    }

    @Override
    public String id() {
        return start.id();
    }

    @Override
    public Phase phase() {
        return start.phase();
    }

    @Override
    public String title() {
        return start.title();
    }

    @Override
    public List<Question> questions() {
        return start.questions();
    }

    @Override
    public List<Change> plan(Planning planning) {
        return start.plan(planning);
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        Optional<String> before = execution.state().value(ServiceStep.VERSION);
        try {
            start.apply(changes, execution);
        } catch (Failure failure) {
            boolean replaced =
                    before.isPresent() && !before.get().equals(start.version().toString());
            boolean refused = failure.exitCode() == ExitCode.NOT_AS_ASKED || failure.exitCode() == ExitCode.TIMED_OUT;
            if (!replaced || !refused || failure.getCause() instanceof ConnectionLost) {
                throw failure;
            }
            throw putBack(before.get(), failure, execution);
        }
    }

    private Failure putBack(String version, Failure why, Execution execution) {
        execution.progress("it does not start; putting K3s " + version + " back");
        Completed back = execution.attempt(Command.script(PUT_BACK, KeepStep.PREVIOUS, Artefact.INSTALL_PATH), LIMIT);
        if (!back.ok()) {
            return Failure.of(
                            why.exitCode(),
                            why.text() + "\nK3s " + version + " could not be put back: "
                                    + back.err().strip())
                    .because(why)
                    .next("vfaas host logs " + execution.server().name() + "; the binary of before is "
                            + KeepStep.PREVIOUS);
        }
        List<String> sums = back.out().lines().toList();
        known(Artefact.binary(architecture), version, sums.get(0), execution);
        known(Artefact.installScript(), version, sums.get(1), execution);
        try {
            UnitStart again = new UnitStart(role.unit(), execution);
            again.start();
            again.awaitActive();
        } catch (Failure alsoDead) {
            alsoDead.addSuppressed(why);
            return Failure.of(
                            alsoDead.exitCode(),
                            why.text() + "\nK3s " + version + " was put back, but does not start either: "
                                    + alsoDead.text())
                    .because(alsoDead)
                    .next("vfaas restore " + execution.server().name() + " FILE --force, with a backup");
        }
        // It goes on writing: the next try needs a snapshot of its own.
        execution.forgetValue(KeepStep.KEPT_FOR);
        return Failure.of(ExitCode.NOT_AS_ASKED, why.text() + "\nK3s " + version + " was put back and runs again")
                .because(why)
                .next("find the reason in the lines above, then upgrade again; or stay: vfaas up "
                        + execution.server().name());
    }

    private static void known(Artefact artefact, String version, String sum, Execution execution) {
        execution.record(artefact.path(), sum, artefact.mode());
        execution.remember(ArtefactsStep.sumOf(artefact), version + " " + sum);
    }

    @Override
    public void verify(Execution execution) {
        start.verify(execution);
    }

    @Override
    public void undo(Execution execution) {
        start.undo(execution);
    }

    @Override
    public List<String> undoes(HostState state) {
        return start.undoes(state);
    }
}
