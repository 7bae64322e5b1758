package dev.vfaas.gateway.runtime.process;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Suspends replicas that had no call for a while. A replica that is suspended costs nothing here: no timer runs for it until a call wakes it. */
final class Suspender {
    /** Label of a function whose replicas work without being called and must go on: {@code false}. */
    static final String LABEL = "dev.vfaas.suspend";

    private final ScheduledExecutorService timer;
    private final long idleNanos;

    /** @param idle time without a call after which a replica is suspended; zero for never */
    Suspender(ScheduledExecutorService timer, Duration idle) {
        this.timer = timer;
        this.idleNanos = idle.toNanos();
    }

    /** Begins to watch a replica that takes calls, or takes calls again. */
    void watch(Replica replica) {
        if (idleNanos > 0
                && !"false".equals(replica.revision().deployment().labels().get(LABEL))) {
            later(replica, idleNanos);
        }
    }

    private void later(Replica replica, long nanos) {
        try {
            var unused = timer.schedule(() -> look(replica), nanos, TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.RejectedExecutionException e) {
            // the runtime is closing
        }
    }

    private void look(Replica replica) {
        if (replica.isStopping()) {
            return;
        }
        long idle = System.nanoTime() - replica.idleSinceNanos();
        if (replica.inFlight() > 0) {
            later(replica, idleNanos);
        } else if (idle < idleNanos) {
            later(replica, idleNanos - idle);
        } else if (!replica.suspend() && replica.canSuspend()) {
            later(replica, idleNanos); // a call came in this very moment
        }
    }
}
