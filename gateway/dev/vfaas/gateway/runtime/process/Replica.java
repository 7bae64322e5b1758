package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One replica from its start to its end. Calls in flight, suspension and the end of service are one atomic number, so that no call can reach a replica
 * that is stopped or about to go: {@code CLOSED} takes no more calls, {@code SUSPENDED} has none in flight and gets its processes going again with the
 * next one.
 */
final class Replica implements Endpoint {
    private static final int CLOSED = 1 << 31;
    private static final int SUSPENDED = 1 << 30;
    private static final int COUNT = SUSPENDED - 1;

    /** What happens to a replica, told once each on any thread. */
    interface Events {
        /** It takes calls from now on. */
        void ready(Replica replica);

        /** It no longer runs though nobody stopped it. */
        void failed(Replica replica, String why, List<String> lastLines);

        /** It came back from being suspended, within a call: must not block. */
        void woken(Replica replica);
    }

    private final String name;
    private final Revision revision;
    private final Events events;
    private final AtomicInteger state = new AtomicInteger();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean checking = new AtomicBoolean();
    private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();
    private final long createdNanos = System.nanoTime();
    private volatile long idleSinceNanos = createdNanos;
    private volatile int port;
    private volatile boolean ready;
    private @Nullable RunningProcess process;
    private volatile @Nullable Runnable check;

    Replica(String name, Revision revision, Events events) {
        this.name = name;
        this.revision = revision;
        this.events = events;
    }

    Revision revision() {
        return revision;
    }

    Events events() {
        return events;
    }

    @Override
    public String replica() {
        return name;
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int inFlight() {
        return state.get() & COUNT;
    }

    @Override
    public boolean tryAcquire() {
        while (true) {
            int seen = state.get();
            if ((seen & CLOSED) != 0) {
                return false;
            }
            if ((seen & SUSPENDED) == 0) {
                if (state.compareAndSet(seen, seen + 1)) {
                    return true;
                }
            } else if (state.compareAndSet(seen, 1)) {
                resume();
                events.woken(this);
                return true;
            }
        }
    }

    @Override
    public void release() {
        int left = state.decrementAndGet();
        if ((left & COUNT) == 0) {
            idleSinceNanos = System.nanoTime();
            if ((left & CLOSED) != 0) {
                drained.complete(null);
            }
        }
    }

    @Override
    public void unreachable() {
        Runnable ask = check;
        if (ask != null && !stopping.get() && checking.compareAndSet(false, true)) {
            Thread.startVirtualThread(() -> {
                try {
                    ask.run();
                } finally {
                    checking.set(false);
                }
            });
        }
    }

    /** What {@link #unreachable} runs, on a thread of its own and one at a time. */
    void check(Runnable check) {
        this.check = check;
    }

    /** {@link System#nanoTime()} since when no call is in flight; meaningless while one is. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - createdNanos);
    }

    boolean isReady() {
        return ready;
    }

    boolean isSuspended() {
        return (state.get() & SUSPENDED) != 0;
    }

    /** Whether {@link #suspend} can ever have an effect. */
    boolean canSuspend() {
        RunningProcess running = process();
        return running != null && running.canSuspend();
    }

    /** Whether somebody asked for the end. */
    boolean isStopping() {
        return stopping.get();
    }

    /** The process behind the replica now, null before its start. */
    synchronized @Nullable RunningProcess process() {
        return process;
    }

    /** Starts a process unless the end was asked for meanwhile; false then. */
    synchronized boolean launch(Launch launch, int onPort) throws java.io.IOException {
        if (stopping.get()) {
            return false;
        }
        port = onPort;
        process = launch.start();
        return true;
    }

    /** How a process is started. */
    @FunctionalInterface
    interface Launch {
        RunningProcess start() throws java.io.IOException;
    }

    /** Takes calls from now on. */
    void markReady() {
        idleSinceNanos = System.nanoTime();
        ready = true;
        events.ready(this);
    }

    /** Stops the processes if no call is in flight; true when they are stopped now. */
    boolean suspend() {
        RunningProcess running = process();
        if (running == null || !running.canSuspend() || !state.compareAndSet(0, SUSPENDED)) {
            return false;
        }
        running.suspend();
        if (state.get() != SUSPENDED) {
            running.resume(); // a call came in between, and its own wake may have been before the stop
            return false;
        }
        return true;
    }

    private void resume() {
        RunningProcess running = process();
        if (running != null) {
            running.resume();
        }
    }

    /** Takes no more calls. */
    void close() {
        int before = state.getAndUpdate(seen -> (seen | CLOSED) & ~SUSPENDED);
        if ((before & SUSPENDED) != 0) {
            resume();
        }
        if ((before & COUNT) == 0) {
            drained.complete(null);
        }
    }

    /**
     * Ends the replica: no new calls, a wait for those in flight, SIGTERM to all its processes, SIGKILL to those that stay. Returns when they are gone.
     *
     * @param grace limit of the wait for calls, and again of the wait for the exit
     */
    void stop(Duration grace) {
        RunningProcess running;
        synchronized (this) {
            if (!stopping.compareAndSet(false, true)) {
                return;
            }
            running = process;
        }
        close();
        try {
            drained.get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // calls that outlast the limit are cut off
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (running != null) {
            running.terminate();
            if (!running.await(grace)) {
                running.kill();
                running.await(Duration.ofSeconds(5));
            }
            running.kill(); // descendants that outlived it
        }
    }

    /** Ends the processes at once, for the replica to count as failed. */
    void kill() {
        RunningProcess running = process();
        if (running != null) {
            running.kill();
        }
    }
}
