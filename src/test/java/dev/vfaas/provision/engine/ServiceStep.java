package dev.vfaas.provision.engine;

import dev.vfaas.ssh.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Stands for a service that must be started once, and again whenever its configuration changed. */
record ServiceStep(Path mark, Path configuration) implements Step {
    @Override
    public String id() {
        return "service";
    }

    @Override
    public Phase phase() {
        return Phase.K3S;
    }

    @Override
    public String title() {
        return "starting the service";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript("mark", "cat '" + mark + "'"));
    }

    @Override
    public List<Change> plan(Planning planning) {
        boolean running = planning.observed().answer("mark").exitCode() == 0;
        boolean changed = !planning.changesOf("settings").isEmpty() || planning.interrupted(id());
        return running && !changed
                ? List.of()
                : List.of(new Change.OfUnit("test", "restart", "its configuration changed"));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.run(
                Command.script("mkdir -p \"${1%/*}\" && cp \"$2\" \"$1\"", mark.toString(), configuration.toString()),
                Duration.ofSeconds(5));
        execution.remember("service.started", "yes");
    }

    @Override
    public void verify(Execution execution) {
        Step unplanned = this;
        execution.requireNothingLeft(unplanned);
    }

    @Override
    public void undo(Execution execution) {
        execution.run(
                Command.script("rm -f \"$1\"; rmdir \"${1%/*}\" 2>/dev/null || true", mark.toString()),
                Duration.ofSeconds(5));
    }

    @Override
    public List<String> undoes(HostState state) {
        return List.of("service test");
    }
}
