package dev.vfaas.gateway.queue;

import java.time.Duration;

/**
 * How asynchronous calls are taken and run.
 *
 * @param maxBodyBytes larger requests are refused with 413
 * @param maxQueued with so many calls in the queue further ones are refused with 503
 * @param maxInFlight calls of one function at a time, unless its annotation {@code dev.vfaas.async.max-inflight} says another number
 * @param maxAttempts after so many attempts without a result a call is given up
 * @param firstDelay wait after the first such attempt; it doubles with each further one, with jitter
 * @param longestDelay where the doubling ends
 * @param callbackAttempts how often a result is offered to the callback URL
 * @param stopPatience how long {@link AsyncQueue#close} waits for calls that run
 * @param deadKept most dead letters kept; the oldest beyond go
 * @param deadAge how long a dead letter is kept
 */
public record QueueConfig(
        long maxBodyBytes,
        int maxQueued,
        int maxInFlight,
        int maxAttempts,
        Duration firstDelay,
        Duration longestDelay,
        int callbackAttempts,
        Duration stopPatience,
        int deadKept,
        Duration deadAge) {
    private static final int DEAD_KEPT = 10_000;
    private static final Duration DEAD_AGE = Duration.ofDays(7);

    /** With 10,000 dead letters kept for 7 days. */
    public QueueConfig(
            long maxBodyBytes,
            int maxQueued,
            int maxInFlight,
            int maxAttempts,
            Duration firstDelay,
            Duration longestDelay,
            int callbackAttempts,
            Duration stopPatience) {
        this(
                maxBodyBytes,
                maxQueued,
                maxInFlight,
                maxAttempts,
                firstDelay,
                longestDelay,
                callbackAttempts,
                stopPatience,
                DEAD_KEPT,
                DEAD_AGE);
    }

    /** 16 MiB, 100,000 queued, 16 at a time, 10 attempts from one second to two minutes apart, 4 offers to a callback, 10 seconds to stop. */
    public static final QueueConfig DEFAULT = new QueueConfig(
            16L << 20, 100_000, 16, 10, Duration.ofSeconds(1), Duration.ofMinutes(2), 4, Duration.ofSeconds(10));
}
