package dev.vfaas.provision.engine;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Takes away from a host what vfaas wrote there, and nothing else: the steps undo what is more than files, then the files go, or what stood there
 * before comes back, then the folders that are empty, and last what vfaas keeps about the host.
 */
public final class Removal {
    private final Server server;
    private final HostFolder folder;
    private final Self self;
    private final InstantSource clock;
    private final Consumer<Event> events;

    public Removal(Server server, HostFolder folder, Self self, InstantSource clock, Consumer<Event> events) {
        this.server = server;
        this.folder = folder;
        this.self = self;
        this.clock = clock;
        this.events = events;
    }

    /**
     * What would be taken away.
     *
     * @param present whether vfaas was ever there
     * @param steps those that will be undone, last one first
     * @param plan what is known of the host
     */
    public record Inventory(boolean present, List<Step> steps, Plan plan) {
        /** A line each, for the list a person confirms. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            steps.forEach(step -> lines.addAll(step.undoes(plan.state())));
            plan.state()
                    .files()
                    .forEach((path, written) -> plan.observed()
                            .file(path)
                            .ifPresent(file -> lines.add("file " + path
                                    + (written.replaced() ? " (what stood there before comes back)" : "")
                                    + (file.sha256().equals(written.sha256())
                                            ? ""
                                            : " (changed since vfaas wrote it)"))));
            plan.state().folders().forEach(made -> lines.add("folder " + made + ", if it is empty then"));
            lines.add("folder " + HostFolder.STANDARD.path() + " with state and audit log");
            return lines;
        }
    }

    /** Looks at the host; changes nothing. @param steps all that vfaas knows */
    public Inventory inventory(Facts facts, List<Step> steps) {
        Engine engine = new Engine(server, folder, self, clock, events);
        Plan plan = engine.plan(facts, steps);
        boolean present = facts.kept().state() != null
                || facts.kept().journal() != null
                || facts.kept().lock() != null;
        List<Step> done = steps.stream()
                .filter(step -> plan.state().steps().contains(step.id()))
                .toList()
                .reversed();
        return new Inventory(present, done, plan);
    }

    /** Takes it away and looks whether it is gone. */
    public void remove(Inventory inventory, Duration lockWait) {
        Holder holder = self.holder("down", clock.instant());
        HostLock.Request request = new HostLock.Request(self, holder, lockWait, clock, events);
        Plan plan = inventory.plan();
        Audit audit = new Audit(clock, holder, self.version());
        HostLock.Basis basis = HostLock.Basis.of(plan.observed(), folder);
        try (HostLock lock = HostLock.take(
                server,
                folder,
                request,
                basis,
                batch -> batch.append(folder.audit(), audit.line("started", Map.of())))) {
            try {
                undo(inventory, plan, lock);
            } catch (RuntimeException failure) {
                String reason =
                        String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
                Batch words = new Batch()
                        .whileMine()
                        .hush(self.mark())
                        .append(folder.audit(), audit.line("failed", Map.of("why", reason)))
                        .unlock();
                attempts().end(words, lock, failure);
                throw failure;
            }
        } catch (HostLock.Outdated e) {
            throw Failure.of(ExitCode.LOCKED, server.name() + " was changed by someone else in the meantime")
                    .next("vfaas down " + server.name());
        }
    }

    private void undo(Inventory inventory, Plan plan, HostLock lock) {
        HostRun run = new HostRun(server, folder, plan, Journal.NONE, lock, self.version(), events);
        for (Step step : inventory.steps()) {
            long start = System.nanoTime();
            run.at(step);
            String doing = "undoing: " + step.title();
            events.accept(new Event.StepStarted(step.id(), step.phase(), doing));
            attempts().until(step, doing, lock, () -> step.undo(run));
            events.accept(new Event.StepDone(step.id(), step.phase(), Duration.ofNanos(System.nanoTime() - start)));
        }
        removeFiles(run, plan, lock);
        requireGone(run.state(), plan);
        leave(lock);
    }

    private Attempts attempts() {
        return new Attempts(server, folder, self, events);
    }

    private void removeFiles(HostRun run, Plan plan, HostLock lock) {
        Batch batch = new Batch().whileMine();
        run.state().files().forEach((path, written) -> {
            batch.sweep(path);
            if (written.replaced()) {
                batch.restore(path);
            } else {
                batch.remove(path);
            }
        });
        plan.left().files().keySet().forEach(batch::sweep);
        new ArrayList<>(run.state().folders()).reversed().forEach(batch::folder);
        require(batch.run(server, folder, lock.token()));
    }

    private void requireGone(HostState state, Plan plan) {
        List<Question> questions = new ArrayList<>();
        state.files().keySet().forEach(path -> questions.add(new Question.OfFile(path, false)));
        Observed now = new ObserveScript().ask(server, questions);
        List<String> left = state.files().entrySet().stream()
                .filter(entry ->
                        !entry.getValue().replaced() && now.file(entry.getKey()).isPresent())
                .map(Map.Entry::getKey)
                .toList();
        if (!left.isEmpty()) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED, server.name() + ": still there after removal: " + String.join(", ", left));
        }
    }

    private void leave(HostLock lock) {
        require(new Batch().leave().run(server, folder, lock.token()));
        Completed gone = server.runAsRoot(Command.of("test", "!", "-e", folder.path()), Duration.ofSeconds(20));
        if (!gone.ok()) {
            throw Failure.of(ExitCode.NOT_AS_ASKED, server.name() + ": " + folder.path() + " is still there");
        }
    }

    private void require(Completed completed) {
        if (completed.exitCode() == Batch.LOST) {
            throw HostLock.taken(server.name());
        }
        if (!completed.ok()) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            server.name() + ": not everything could be removed: "
                                    + completed.err().strip())
                    .next("vfaas down " + server.name());
        }
    }
}
