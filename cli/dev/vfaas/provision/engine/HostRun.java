package dev.vfaas.provision.engine;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run on one host: what steps work with, and what is known to be written so far. Used by one thread. */
final class HostRun implements Execution {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int LAST_WORDS = 15;

    private final Server server;
    private final HostFolder folder;
    private final Plan plan;
    private final HostLock lock;
    private final Consumer<Event> events;
    private final Map<String, HostState.Written> files;
    private final Set<String> folders;
    private final Set<String> steps;
    private final Map<String, String> values;
    private final Map<String, String> notes = new LinkedHashMap<>();
    private final String version;
    private @Nullable Step current;
    private Event.@Nullable StepProgress told;

    /** @param journal what the plan is going to make, and what the host was like before */
    HostRun(
            Server server,
            HostFolder folder,
            Plan plan,
            Journal journal,
            HostLock lock,
            String version,
            Consumer<Event> events) {
        this.server = server;
        this.folder = folder;
        this.plan = plan;
        this.lock = lock;
        this.version = version;
        this.events = events;
        this.files = new LinkedHashMap<>(plan.state().files());
        this.folders = new LinkedHashSet<>(plan.state().folders());
        this.folders.addAll(journal.folders());
        this.steps = new LinkedHashSet<>(plan.state().steps());
        this.values = new LinkedHashMap<>(journal.values());
        this.values.putAll(plan.state().values());
    }

    @Override
    public Server server() {
        return server;
    }

    @Override
    public Facts facts() {
        return plan.facts();
    }

    @Override
    public HostState state() {
        return new HostState(version, files, folders, steps, values);
    }

    /** The step that is under way from now on. */
    void at(Step step) {
        current = step;
    }

    /** The step {@code id} was done, so that {@code down} must undo it. */
    void done(String id) {
        steps.add(id);
    }

    void undone(String id) {
        steps.remove(id);
    }

    @Override
    public Completed run(Command command, Duration deadline) {
        lock.require();
        return require(command, server.runAsRoot(command, deadline));
    }

    @Override
    public Completed run(Command command, Secret input, Duration deadline) {
        lock.require();
        return require(command, server.runAsRoot(command, input, deadline));
    }

    private Completed require(Command command, Completed completed) {
        if (!completed.ok()) {
            throw Failure.of(
                    ExitCode.NOT_AS_ASKED,
                    server.name() + ": " + shortened(command) + " ended with exit code " + completed.exitCode()
                            + lastWords(completed));
        }
        return completed;
    }

    private static String shortened(Command command) {
        String line = command.toString().lines().findFirst().orElse("");
        return line.length() > 120 ? line.substring(0, 117) + "..." : line;
    }

    private static String lastWords(Completed completed) {
        List<String> lines =
                completed.err().lines().filter(line -> !line.isBlank()).toList();
        StringBuilder text = new StringBuilder();
        lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size())
                .forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }

    @Override
    public Completed attempt(Command command, Duration deadline) {
        lock.require();
        return server.runAsRoot(command, deadline);
    }

    @Override
    public void write(List<ManagedFile> wanted) {
        if (wanted.isEmpty()) {
            return;
        }
        Batch batch = new Batch().whileMine();
        wanted.forEach(file -> batch.put(file, files.containsKey(file.path())));
        perform(batch);
        for (ManagedFile file : wanted) {
            boolean existed = plan.observed().file(file.path()).isPresent();
            keep(file.path(), file.sha256(), file.mode(), existed);
        }
    }

    private void keep(String path, String sha256, int mode, boolean existed) {
        HostState.Written before = files.get(path);
        boolean replaced = before == null ? existed : before.replaced();
        files.put(path, new HostState.Written(sha256, mode, replaced));
    }

    @Override
    public void remove(List<String> paths) {
        Batch batch = new Batch().whileMine();
        for (String path : paths) {
            HostState.Written written = files.get(path);
            if (written != null && written.replaced()) {
                batch.restore(path);
            } else {
                batch.remove(path);
            }
        }
        perform(batch);
        paths.forEach(files::remove);
    }

    private void perform(Batch batch) {
        lock.require();
        Completed completed = batch.run(server, folder, lock.token());
        if (completed.exitCode() == Batch.LOST) {
            throw HostLock.taken(server.name());
        }
        if (!completed.ok()) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            server.name() + ": files could not be written" + lastWords(completed))
                    .next("the same command again, once that is mended; vfaas doctor " + server.name());
        }
    }

    @Override
    public void upload(Upload upload, String sha256, Duration deadline) {
        lock.require();
        long size = Math.max(1, upload.size());
        String name = upload.destination().substring(upload.destination().lastIndexOf('/') + 1);
        server.upload(upload, sent -> progress("uploading " + name + " " + sent * 100 / size + " %"), deadline);
        Completed sum = server.runAsRoot(Command.of("sha256sum", upload.destination()), Duration.ofMinutes(2));
        if (!sum.ok() || !sum.out().startsWith(sha256)) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            server.name() + ": " + upload.destination() + " has another sum than was sent: "
                                    + sum.out().strip() + " instead of " + sha256)
                    .next("the same command again");
        }
        record(upload.destination(), sha256, upload.mode());
    }

    @Override
    public void record(String path, String sha256, int mode) {
        keep(path, sha256, mode, false);
    }

    @Override
    public void remember(String key, String value) {
        values.put(key, value);
    }

    @Override
    public void note(String key, String value) {
        notes.put(key, value);
    }

    /** {@code details} of a line of the audit log, and what steps want told there. */
    Map<String, Object> audited(Map<String, ?> details) {
        Map<String, Object> all = new LinkedHashMap<>(notes);
        all.putAll(details);
        return all;
    }

    @Override
    public void forget(String id) {
        undone(id);
    }

    @Override
    public void forgetValue(String key) {
        values.remove(key);
    }

    @Override
    public Observed observe(List<Question> questions) {
        return new ObserveScript().ask(server, questions);
    }

    @Override
    public void progress(String what) {
        Step step = current;
        if (step != null) {
            Event.StepProgress progress = new Event.StepProgress(step.id(), step.phase(), what);
            if (!progress.equals(told)) { // an upload tells for each packet
                told = progress;
                events.accept(progress);
            }
        }
    }

    @Override
    public <T> T await(
            String what, Duration deadline, Supplier<Optional<T>> attempt, Supplier<List<String>> diagnosis) {
        long end = System.nanoTime() + deadline.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            lock.require();
            Optional<T> value = attempt.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() >= end) {
                StringBuilder text = new StringBuilder(
                        server.name() + ": waited " + deadline.toSeconds() + " s for " + what + " in vain");
                diagnosis.get().forEach(line -> text.append("\n  ").append(line));
                throw Failure.of(ExitCode.TIMED_OUT, text.toString());
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
            }
            pause = pause.multipliedBy(3).dividedBy(2).compareTo(LONGEST_PAUSE) > 0
                    ? LONGEST_PAUSE
                    : pause.multipliedBy(3).dividedBy(2);
        }
    }

    @Override
    public void requireNothingLeft(Step step) {
        List<Change> left = step.plan(new Planning(plan.facts(), observe(step.questions()), state(), Set.of()));
        if (!left.isEmpty()) {
            StringBuilder text = new StringBuilder(
                    server.name() + ": after " + step.title() + " the server is still not as it shall be:");
            left.forEach(change -> text.append("\n  ").append(change.line()));
            throw Failure.of(ExitCode.NOT_AS_ASKED, text.toString()).next("vfaas doctor " + server.name());
        }
    }
}
