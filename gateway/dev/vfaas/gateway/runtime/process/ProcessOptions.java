package dev.vfaas.gateway.runtime.process;

import java.time.Duration;

/**
 * What an operator can set about functions that run as processes.
 *
 * @param startDeadline time a replica has from its start until it must be ready
 * @param stopGrace time between SIGTERM and SIGKILL, and longest wait for calls in flight, for functions that set no {@code write_timeout}
 * @param closeLimit longest time {@link ProcessRuntime#close} takes
 * @param suspendAfter idle time after which a replica is suspended; zero turns suspending off
 * @param startsAtOnce replicas that may be between start and ready at the same time
 * @param logBytes size at which a function's log file is replaced; two files are kept
 * @param firstBackoff pause before a crashed replica is started again; doubles with each crash
 * @param longestBackoff limit of that pause
 * @param stableAfter time after which a replica that stayed up counts as healthy, and the pause begins anew
 */
public record ProcessOptions(
        Duration startDeadline,
        Duration stopGrace,
        Duration closeLimit,
        Duration suspendAfter,
        int startsAtOnce,
        long logBytes,
        Duration firstBackoff,
        Duration longestBackoff,
        Duration stableAfter) {

    /** The values used when nothing is configured. */
    public static ProcessOptions defaults() {
        return new ProcessOptions(
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                2 * Runtime.getRuntime().availableProcessors(),
                8L << 20,
                Duration.ofMillis(250),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20));
    }

    /** These options with another deadline for a start. */
    public ProcessOptions withStartDeadline(Duration deadline) {
        return new ProcessOptions(
                deadline,
                stopGrace,
                closeLimit,
                suspendAfter,
                startsAtOnce,
                logBytes,
                firstBackoff,
                longestBackoff,
                stableAfter);
    }

    /** These options with another idle time before suspending. */
    public ProcessOptions withSuspendAfter(Duration idle) {
        return new ProcessOptions(
                startDeadline,
                stopGrace,
                closeLimit,
                idle,
                startsAtOnce,
                logBytes,
                firstBackoff,
                longestBackoff,
                stableAfter);
    }

    /** These options with another number of simultaneous starts. */
    public ProcessOptions withStartsAtOnce(int starts) {
        return new ProcessOptions(
                startDeadline,
                stopGrace,
                closeLimit,
                suspendAfter,
                starts,
                logBytes,
                firstBackoff,
                longestBackoff,
                stableAfter);
    }
}
