package dev.vfaas.gateway.scaling;

import dev.vfaas.gateway.runtime.ScalingRules;
import java.time.Duration;

/**
 * How many replicas a function should have, as a pure function of what was seen. More replicas are given at once, up to {@code max}; fewer only when
 * the load has been lower for the whole of {@code down.window}. Without load the number is the one the deployment or a person asked for, and 0 when
 * the function may go to zero and was idle long enough. A function at 0 stays there: only a call or a person starts it.
 *
 * <p>A function with {@code factor} and neither {@code type} nor {@code target} follows the community edition: while it gets more than
 * {@value #STEP_RATE} calls a second, each {@value #STEP_SECONDS} seconds add {@code factor} percent of {@code max}; a factor of 0 turns
 * autoscaling off.
 */
public final class ScalingDecision {
    /** Calls a second above which a function with a factor is given more replicas. */
    public static final double STEP_RATE = 5;

    /** Seconds between two steps of a function with a factor. */
    public static final int STEP_SECONDS = 5;

    private ScalingDecision() {}

    /**
     * What was seen of a function.
     *
     * @param replicas wanted now
     * @param baseline wanted without load
     * @param callsPerSecond begun, lately
     * @param inFlight calls in flight or held now
     * @param idle time since anything happened: a call, or a change of the number by someone else
     * @param sinceStep time since replicas were last added
     * @param recentMost the greatest result of {@link #byLoad} within the rules' down window
     * @param milliCpu thousandths of a CPU that all replicas use together, NaN when that is not known
     */
    public record Seen(
            int replicas,
            int baseline,
            double callsPerSecond,
            int inFlight,
            Duration idle,
            Duration sinceStep,
            int recentMost,
            double milliCpu) {
        /** Of a function whose use of the CPU does not matter. */
        public Seen(
                int replicas,
                int baseline,
                double callsPerSecond,
                int inFlight,
                Duration idle,
                Duration sinceStep,
                int recentMost) {
            this(replicas, baseline, callsPerSecond, inFlight, idle, sinceStep, recentMost, Double.NaN);
        }
    }

    /** The number of replicas to have now. */
    public static int replicas(ScalingRules rules, Seen seen) {
        if (seen.replicas() == 0) {
            return 0;
        }
        if (rules.zero() && seen.inFlight() == 0 && seen.idle().compareTo(rules.zeroAfter()) >= 0) {
            return 0;
        }
        int needed = byLoad(rules, seen);
        if (needed >= seen.replicas()) {
            return needed;
        }
        return Math.clamp(seen.recentMost(), needed, seen.replicas());
    }

    /** The number the present load calls for, between the baseline and {@code max}. */
    public static int byLoad(ScalingRules rules, Seen seen) {
        int least = Math.clamp(seen.baseline(), rules.least(), rules.max());
        return Math.clamp(forLoad(rules, seen, least), least, rules.max());
    }

    private static int forLoad(ScalingRules rules, Seen seen, int least) {
        Integer factor = rules.factor();
        if (factor != null) {
            if (factor == 0) {
                return Math.max(seen.replicas(), 1);
            }
            if (seen.callsPerSecond() <= STEP_RATE) {
                return least;
            }
            boolean due = seen.sinceStep().toSeconds() >= STEP_SECONDS;
            return seen.replicas() + (due ? Math.ceilDiv(rules.max() * factor, 100) : 0);
        }
        double load = switch (rules.measure()) {
            case RPS -> seen.callsPerSecond();
            case CAPACITY -> seen.inFlight();
            case CPU -> seen.milliCpu();
        };
        if (Double.isNaN(load)) {
            return seen.replicas(); // nothing is known: nothing is changed
        }
        double replicas = Math.ceil(load / (rules.target() * rules.proportion()) - 1e-9);
        return (int) Math.min(replicas, rules.max());
    }
}
