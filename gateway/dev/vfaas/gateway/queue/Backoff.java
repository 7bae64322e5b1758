package dev.vfaas.gateway.queue;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Waits that double up to a longest one, each shortened at random by up to half, so that what failed together does not return together. */
record Backoff(Duration first, Duration longest) {
    private static final int MAX_DOUBLINGS = 30;

    /** The wait after the {@code attempt}th failure, 1 for the first. */
    Duration after(int attempt) {
        long full = Math.min(longest.toMillis(), first.toMillis() << Math.min(Math.max(0, attempt - 1), MAX_DOUBLINGS));
        return Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1));
    }

    /** The same, but not before a Retry-After in seconds, as far as the longest wait allows. */
    Duration after(int attempt, @Nullable String retryAfter) {
        Duration wait = after(attempt);
        try {
            Duration asked = retryAfter == null
                    ? Duration.ZERO
                    : Duration.ofSeconds(Math.min(longest.toSeconds(), Long.parseLong(retryAfter.strip())));
            return asked.compareTo(wait) > 0 ? asked : wait;
        } catch (NumberFormatException e) {
            return wait; // a date; the doubling does as well
        }
    }
}
