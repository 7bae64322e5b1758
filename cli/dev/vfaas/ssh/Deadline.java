package dev.vfaas.ssh;

import java.time.Duration;

/** A point in time after which nobody waits any longer, in {@link System#nanoTime}. */
record Deadline(long end, Duration of) {
    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos(), duration);
    }

    /** What is left, never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    boolean passed() {
        return end - System.nanoTime() <= 0;
    }
}
