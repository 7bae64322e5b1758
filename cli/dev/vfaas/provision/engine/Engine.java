package dev.vfaas.provision.engine;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes one host what its steps ask for. Planning changes nothing and takes no lock. Applying takes the lock, writes the journal, does the steps
 * that have something to do, and ends with state, audit log and lock in one last round trip. Whatever cuts it off, planning and applying again
 * finish it.
 */
public final class Engine {
    private static final int ATTEMPTS = 3;

    private final Server server;
    private final HostFolder folder;
    private final Self self;
    private final InstantSource clock;
    private final Consumer<Event> events;

    public Engine(Server server, HostFolder folder, Self self, InstantSource clock, Consumer<Event> events) {
        this.server = server;
        this.folder = folder;
        this.self = self;
        this.clock = clock;
        this.events = events;
    }

    /** Asks all steps' questions in one round trip and lets them plan. */
    public Plan plan(Facts facts, List<Step> steps) {
        StateText text = new StateText();
        HostState known = text.state(facts.kept().state());
        Journal left = text.journal(facts.kept().journal());
        List<Question> questions = new ArrayList<>();
        questions.add(new Question.OfFile(folder.state(), true));
        questions.add(new Question.OfFile(folder.journal(), true));
        known.files().keySet().forEach(path -> questions.add(new Question.OfFile(path, false)));
        left.files().keySet().forEach(path -> questions.add(new Question.OfFile(path, false)));
        steps.forEach(step -> questions.addAll(step.questions()));
        Observed observed = new ObserveScript().ask(server, questions);
        HostState state = withWrittenOf(left, known, observed);
        Planning planning = new Planning(facts, observed, state, left.steps());
        List<StepPlan> plans = new ArrayList<>();
        for (Step step : steps) {
            List<Change> changes = step.plan(planning);
            planning.planned(step.id(), changes);
            plans.add(
                    new StepPlan(step, changes, changes.isEmpty() ? Map.of() : unknown(step.before(planning), state)));
        }
        return new Plan(facts, plans, state, left, observed);
    }

    /** What a run that was cut off meant to write counts as written by us only when it stands there as meant. */
    static HostState withWrittenOf(Journal left, HostState known, Observed observed) {
        Map<String, HostState.Written> files = new LinkedHashMap<>(known.files());
        left.files()
                .forEach((path, written) -> observed.file(path).ifPresent(file -> {
                    // A sum that the run was going to learn only later is empty: the file is ours when there was none
                    // before.
                    boolean unknown = written.sha256().isEmpty() && !written.replaced();
                    if (unknown || file.sha256().equals(written.sha256())) {
                        HostState.Written before = files.get(path);
                        files.put(
                                path,
                                new HostState.Written(
                                        file.sha256(),
                                        written.mode(),
                                        before == null ? written.replaced() : before.replaced()));
                    }
                }));
        Set<String> folders = new LinkedHashSet<>(known.folders());
        folders.addAll(left.folders());
        Set<String> steps = new LinkedHashSet<>(known.steps());
        steps.addAll(left.steps());
        Map<String, String> values = new LinkedHashMap<>(left.values());
        values.putAll(known.values());
        return new HostState(known.vfaas(), files, folders, steps, values);
    }

    private static Map<String, String> unknown(Map<String, String> before, HostState state) {
        Map<String, String> unknown = new LinkedHashMap<>(before);
        unknown.keySet().removeAll(state.values().keySet());
        return unknown;
    }

    /**
     * Applies a plan.
     *
     * @param again makes the plan anew; called with the lock not held, when the host changed since {@code plan} was made
     * @return how long each step took, of those that were done
     */
    public Map<Step, Duration> apply(Plan plan, String action, Duration lockWait, Supplier<Plan> again) {
        Plan current = plan;
        for (int attempt = 1; ; attempt++) {
            if (current.nothingToDo()) {
                return Map.of();
            }
            Holder holder = self.holder(action, clock.instant());
            HostLock.Request request = new HostLock.Request(self, holder, lockWait, clock, events);
            try {
                return locked(current, request);
            } catch (HostLock.Outdated e) {
                if (attempt == ATTEMPTS) {
                    throw Failure.of(ExitCode.LOCKED, server.name() + " is being changed by others all the time")
                            .next("try again later");
                }
                current = again.get();
            }
        }
    }

    private Map<Step, Duration> locked(Plan plan, HostLock.Request request) throws HostLock.Outdated {
        Journal journal = plan.left().with(request.holder().token(), plan.steps());
        Audit audit = new Audit(clock, request.holder(), self.version());
        HostLock.Basis basis = HostLock.Basis.of(plan.observed(), folder);
        List<String> ids = plan.pending().stream().map(step -> step.step().id()).toList();
        try (HostLock lock = HostLock.take(server, folder, request, basis, batch -> {
            journal.files().keySet().forEach(batch::sweep);
            batch.put(own(folder.journal(), new StateText().write(journal)), true)
                    .append(folder.audit(), audit.line("started", Map.of("steps", ids)));
        })) {
            HostRun run = run(plan, journal, lock);
            Map<Step, Duration> took = new LinkedHashMap<>();
            try {
                for (StepPlan step : plan.pending()) {
                    long start = System.nanoTime();
                    one(step, run, lock);
                    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
                    took.put(step.step(), elapsed);
                    events.accept(
                            new Event.StepDone(step.step().id(), step.step().phase(), elapsed));
                }
                plan.steps().forEach(step -> run.done(step.step().id()));
                finish(run, lock, audit.line("done", run.audited(Map.of("steps", ids))));
                return took;
            } catch (RuntimeException failure) {
                abandon(run, lock, journal, took.keySet(), audit, failure);
                throw failure;
            }
        }
    }

    private HostRun run(Plan plan, Journal journal, HostLock lock) {
        return new HostRun(server, folder, plan, journal, lock, self.version(), events);
    }

    private void one(StepPlan planned, HostRun run, HostLock lock) {
        Step step = planned.step();
        run.at(step);
        events.accept(new Event.StepStarted(step.id(), step.phase(), step.title()));
        attempts().until(step, step.title(), lock, () -> {
            step.apply(planned.changes(), run);
            step.verify(run);
            run.done(step.id());
        });
    }

    private Attempts attempts() {
        return new Attempts(server, folder, self, events);
    }

    private void finish(HostRun run, HostLock lock, String line) {
        Batch batch = new Batch()
                .whileMine()
                .put(own(folder.state(), new StateText().write(run.state())), true)
                .append(folder.audit(), line)
                .remove(folder.journal())
                .unlock();
        Completed completed = batch.run(server, folder, lock.token());
        if (completed.exitCode() == Batch.LOST) {
            throw HostLock.taken(server.name());
        }
        if (!completed.ok()) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED,
                    server.name() + ": the end of the run could not be recorded: "
                            + completed.err().strip());
        }
    }

    /** Keeps what is done, so that the next run goes on from here. The failure that is under way is what the person must hear of. */
    private void abandon(
            HostRun run, HostLock lock, Journal journal, Set<Step> done, Audit audit, RuntimeException why) {
        Journal rest = journal;
        Set<String> finished = new HashSet<>();
        for (Step step : done) {
            rest = rest.without(step.id());
            finished.add(step.id());
        }
        String reason = String.valueOf(why.getMessage()).lines().findFirst().orElse("");
        Batch words = new Batch()
                .whileMine()
                .hush(self.mark())
                .put(own(folder.state(), new StateText().write(run.state())), true)
                .put(own(folder.journal(), new StateText().write(rest)), true)
                .append(folder.audit(), audit.line("failed", run.audited(Map.of("done", finished, "why", reason))))
                .unlock();
        attempts().end(words, lock, why);
    }

    private ManagedFile own(String path, String text) {
        return new ManagedFile(path, text.getBytes(StandardCharsets.UTF_8), 0600, folder.owner(), false);
    }
}
