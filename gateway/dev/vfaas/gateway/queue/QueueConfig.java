package dev.vfaas.gateway.queue;

import java.io.File;
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
 * @param room what calls may take of the disk
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
        Duration deadAge,
        Room room) {
    private static final int DEAD_KEPT = 10_000;
    private static final Duration DEAD_AGE = Duration.ofDays(7);

    /**
     * What calls may take of the disk.
     *
     * @param calls bytes of calls that are kept; with more, further ones are refused with 503
     * @param dead bytes of dead letters; the oldest beyond go
     * @param freePart of the disk: with less free, and less than {@code freeBytes}, further calls are refused with 507
     */
    public record Room(long calls, long dead, double freePart, long freeBytes) {
        /** 2 GiB of calls, 1 GiB of dead letters, and 15 % of the disk, or 4 GiB if that is less, stay free. */
        public static final Room USUAL = new Room(2L << 30, 1L << 30, 0.15, 4L << 30);

        /** Whether the disk of {@code folder} has less free than it should. */
        boolean isShort(File folder) {
            long free = folder.getUsableSpace();
            return free < freeBytes && free < freePart * folder.getTotalSpace();
        }
    }

    /** With the usual room. */
    public QueueConfig(
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
        this(
                maxBodyBytes,
                maxQueued,
                maxInFlight,
                maxAttempts,
                firstDelay,
                longestDelay,
                callbackAttempts,
                stopPatience,
                deadKept,
                deadAge,
                Room.USUAL);
    }

    /** The same with other room. */
    public QueueConfig with(Room other) {
        return new QueueConfig(
                maxBodyBytes,
                maxQueued,
                maxInFlight,
                maxAttempts,
                firstDelay,
                longestDelay,
                callbackAttempts,
                stopPatience,
                deadKept,
                deadAge,
                other);
    }

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
