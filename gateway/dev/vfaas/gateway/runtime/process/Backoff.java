package dev.vfaas.gateway.runtime.process;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses before a crashed replica is started again: doubling from the first to the longest, each varied by a fifth so that many do not start in step. */
record Backoff(Duration first, Duration longest) {

    /** The pause after the given number of failures in a row, 1 or more. */
    Duration after(int failures) {
        return pause(failures, ThreadLocalRandom.current().nextDouble());
    }

    /** The same with the chance given, from 0 to 1. */
    Duration pause(int failures, double chance) {
        double doubled = first.toNanos() * Math.pow(2, Math.min(failures - 1, 40));
        double limited = Math.min(doubled, longest.toNanos());
        return Duration.ofNanos((long) (limited * (0.8 + 0.2 * chance)));
    }
}
