package dev.vfaas.provision.engine;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.facts.Sections;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The right to change a host: a folder made while holding an advisory lock, with a heartbeat on the host's own clock. A lock is dead when its
 * process was one of this machine and is gone, or when its heart has not beaten for a minute; a dead lock is taken over, which the audit log says.
 */
final class HostLock implements AutoCloseable {
    static final Duration BEAT = Duration.ofSeconds(10);
    static final Duration DEAD = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Server server;
    private final HostFolder folder;
    private final Holder holder;
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicBoolean lost = new AtomicBoolean();

    private HostLock(Server server, HostFolder folder, Holder holder) {
        this.server = server;
        this.folder = folder;
        this.holder = holder;
    }

    /** What one takes a lock for. */
    record Request(Self self, Holder holder, Duration patience, InstantSource clock, Consumer<Event> events) {}

    /** The sums of state and journal that the plan was made from. */
    record Basis(String state, String journal) {
        static Basis of(Observed observed, HostFolder folder) {
            return new Basis(sum(observed, folder.state()), sum(observed, folder.journal()));
        }

        private static String sum(Observed observed, String path) {
            return observed.file(path).map(Observed.FileState::sha256).orElse("absent");
        }
    }

    /** The plan was made from a state the host is not in any more; the lock is not held. */
    static final class Outdated extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Takes the lock and does {@code first} with it, all in one round trip when the lock is free.
     *
     * @throws Outdated when the host changed since the plan was made
     */
    static HostLock take(Server server, HostFolder folder, Request request, Basis basis, Consumer<Batch> first)
            throws Outdated {
        long end = System.nanoTime() + request.patience().toNanos();
        String dead = "-";
        Holder former = null;
        boolean told = false;
        while (true) {
            Batch batch = new Batch().lock(dead, request.holder().text(), basis.state(), basis.journal());
            if (former != null) {
                Audit audit = new Audit(
                        request.clock(), request.holder(), request.self().version());
                batch.append(folder.audit(), audit.line("lock-stolen", Map.of("from", former.who(), "its-run", dead)));
            }
            if (former != null) {
                batch.hush(former.mark());
            }
            first.accept(batch);
            Completed completed = batch.run(server, folder, request.holder().token());
            switch (completed.exitCode()) {
                case 0 -> {
                    if (former != null) {
                        request.events().accept(new Event.Stolen(former.who()));
                    }
                    HostLock lock = new HostLock(server, folder, request.holder());
                    Thread.ofVirtual().name("lock-heartbeat").start(lock::beat);
                    return lock;
                }
                case Batch.OUTDATED -> throw new Outdated();
                case Batch.HELD -> {
                    Held held = Held.parse(completed.out());
                    if (request.self().knowsDead(held.holder()) || held.silent().compareTo(DEAD) > 0) {
                        former = held.holder();
                        dead = held.holder().token();
                        continue;
                    }
                    if (System.nanoTime() >= end) {
                        throw held.failure(server.name());
                    }
                    if (!told) {
                        request.events().accept(new Event.Waiting(held.holder().who()));
                        told = true;
                    }
                    pause();
                }
                default -> {
                    giveBack(server, folder, request.holder().token());
                    throw Failure.of(
                                    ExitCode.NOT_AS_ASKED,
                                    server.name() + ": the work could not be begun: "
                                            + completed.err().strip())
                            .next("vfaas doctor " + server.name());
                }
            }
        }
    }

    /** The work was not begun: nobody shall have to wait for it. What went wrong is told by the caller. */
    private static void giveBack(Server server, HostFolder folder, String token) {
        try {
            new Batch().unlock().run(server, folder, token);
        } catch (Failure unreachable) {
            // The lock ends with its heartbeat.
        }
    }

    /** Someone else's lock, and how long its heart has not beaten. */
    private record Held(Holder holder, Duration silent) {
        static Held parse(String output) {
            Sections sections = Sections.of(output);
            String name = sections.names("held ").getFirst();
            return new Held(
                    Holder.parse(String.valueOf(sections.text(name))),
                    Duration.ofSeconds(Long.parseLong(name.substring("held ".length()))));
        }

        Failure failure(String server) {
            return Failure.of(
                            ExitCode.LOCKED,
                            server + " is being changed by " + holder.who() + " (vfaas " + holder.action() + ", since "
                                    + holder.since() + ", last sign of life " + silent.toSeconds() + " s ago)")
                    .next("wait for it with --lock-wait 5m; a run without a sign of life for " + DEAD.toSeconds()
                            + " s is taken over");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
        }
    }

    private void beat() {
        try {
            while (!released.await(BEAT.toSeconds(), TimeUnit.SECONDS)) {
                try {
                    Completed completed = new Batch().beat().run(server, folder, holder.token());
                    lost.set(completed.exitCode() == Batch.LOST);
                } catch (Failure unreachable) {
                    // The step that is under way meets the same trouble and tells of it.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String token() {
        return holder.token();
    }

    /** Throws when someone else took the lock over. */
    void require() {
        if (lost.get()) {
            throw taken(server.name());
        }
    }

    static Failure taken(String server) {
        return Failure.of(ExitCode.LOCKED, server + ": another run took the lock over while this one did not answer")
                .next("vfaas up again, once the other is done");
    }

    /** Ends the heartbeat. The lock itself is given back by the batch that ends the run. */
    @Override
    public void close() {
        released.countDown();
    }
}
