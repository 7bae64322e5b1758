package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one revision of a function and what is known about its failures. Not thread-safe: its function calls it under the function's lock.
 */
final class Generation {
    private static final int CRASH_LOOP = 2;

    private final Revision revision;
    private final List<Replica> replicas = new ArrayList<>();
    private int failures;
    private int failedStarts;
    private int restarts;
    private boolean proven;
    private long nextTryNanos = System.nanoTime();
    private @Nullable String why;
    private List<String> lastLines = List.of();

    Generation(Revision revision) {
        this.revision = revision;
    }

    Revision revision() {
        return revision;
    }

    /** All that are starting or ready. */
    List<Replica> replicas() {
        return replicas;
    }

    /** Those that take calls. */
    List<Endpoint> ready() {
        List<Endpoint> ready = new ArrayList<>();
        for (Replica replica : replicas) {
            if (replica.isReady()) {
                ready.add(replica);
            }
        }
        return List.copyOf(ready);
    }

    /** How many more to start now to have {@code target}; while starts fail one after another, only one at a time is tried. */
    int missing(int target) {
        int missing = target - replicas.size();
        if (missing <= 0 || pause().isPositive()) {
            return 0;
        }
        if (failedStarts < CRASH_LOOP) {
            return missing;
        }
        return replicas.size() > ready().size() ? 0 : 1;
    }

    /** Time until the next start is allowed, zero or less when it is. */
    Duration pause() {
        return failures == 0 ? Duration.ZERO : Duration.ofNanos(nextTryNanos - System.nanoTime());
    }

    void add(Replica replica) {
        replicas.add(replica);
        if (failures > 0) {
            restarts++;
        }
    }

    /** Takes those beyond {@code target} out, the least useful first: starting, suspended, idle. */
    List<Replica> surplus(int target) {
        if (replicas.size() <= target) {
            return List.of();
        }
        List<Replica> chosen = replicas.stream()
                .sorted(Comparator.comparing(Replica::isReady)
                        .thenComparing(replica -> !replica.isSuspended())
                        .thenComparingInt(Replica::inFlight))
                .limit(replicas.size() - target)
                .toList();
        replicas.removeAll(chosen);
        return chosen;
    }

    /** A replica became ready. */
    void succeeded() {
        failedStarts = 0;
        proven = true;
    }

    /** Says that a replica of it was ready before. */
    void prove() {
        proven = true;
    }

    /** Whether one of its replicas has ever been ready. */
    boolean proven() {
        return proven;
    }

    /** Takes a failed replica out and decides when the next may start; false when it was not one of these. */
    boolean failed(Replica replica, String reason, List<String> lines, Backoff backoff, Duration stableAfter) {
        if (!replicas.remove(replica)) {
            return false;
        }
        if (replica.isReady()) {
            failures = replica.age().compareTo(stableAfter) > 0 ? 1 : failures + 1;
        } else {
            failures++;
            failedStarts =
                    reason.startsWith("was not ready") ? Math.max(failedStarts + 1, CRASH_LOOP) : failedStarts + 1;
        }
        why = reason;
        lastLines = lines;
        nextTryNanos = System.nanoTime() + backoff.after(failures).toNanos();
        return true;
    }

    /** Whether it cannot be started as it is: several starts in a row failed, or one took too long. */
    boolean cannotStart() {
        return failedStarts >= CRASH_LOOP;
    }

    /** Whether replicas end again and again soon after their start. */
    boolean crashLoops() {
        return failures >= CRASH_LOOP;
    }

    /** What happened last and what happens next, for people, null when nothing failed. */
    @Nullable
    String trouble() {
        String reason = why;
        if (reason == null) {
            return null;
        }
        StringBuilder text = new StringBuilder(reason);
        if (restarts > 0) {
            text.append(", ").append(restarts).append(restarts == 1 ? " restart" : " restarts");
        }
        Duration pause = pause();
        if (pause.isPositive()) {
            text.append(String.format(java.util.Locale.ROOT, ", next try in %.1f s", pause.toMillis() / 1000.0));
        }
        return text.toString();
    }

    /** The last lines the replica that failed last had written. */
    List<String> lastLines() {
        return lastLines;
    }
}
