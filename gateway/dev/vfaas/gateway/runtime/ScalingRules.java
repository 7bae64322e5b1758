package dev.vfaas.gateway.runtime;

import dev.vfaas.openfaas.GoDuration;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas a function may have and what decides the number: the labels {@code com.openfaas.scale.*}, with the meaning OpenFaaS's paid
 * edition gives them. Every label is read, an unknown or malformed value is refused and never ignored.
 *
 * @param min replicas kept while the function is not at zero; 0 means the same as 1 with {@code zero} set
 * @param max most replicas
 * @param target load one replica is meant to carry: calls a second, calls at the same time, or thousandths of a CPU, by
 *     {@code measure}
 * @param proportion part of the target at which another replica is added, above 0 and at most 1
 * @param factor percent of {@code max} added at each step; null when the target decides the number
 * @param zero whether an idle function's replicas are all stopped
 * @param zeroAfter idle time before that
 * @param downWindow time the load must have been lower before replicas are taken away
 */
public record ScalingRules(
        int min,
        int max,
        double target,
        Measure measure,
        double proportion,
        @Nullable Integer factor,
        boolean zero,
        Duration zeroAfter,
        Duration downWindow) {

    /** What the load is. */
    public enum Measure {
        /** Calls begun a second. */
        RPS,
        /** Calls in flight or held at one time. */
        CAPACITY,
        /** Thousandths of a CPU that its replicas use. */
        CPU
    }

    /** Most replicas when no label says so. */
    public static final int DEFAULT_MAX = 20;

    private static final String PREFIX = "com.openfaas.scale.";
    private static final Duration DEFAULT_ZERO_AFTER = Duration.ofMinutes(15);
    private static final Duration DEFAULT_DOWN_WINDOW = Duration.ofSeconds(30);

    /**
     * Reads the labels of a deployment.
     *
     * @throws RuntimeFailure INVALID, naming the label, when a value cannot be read or is not supported
     */
    public static ScalingRules of(Map<String, String> labels) {
        int min = whole(labels, "min", 1, 0, 10_000);
        int max = whole(labels, "max", Math.max(DEFAULT_MAX, min), 1, 10_000);
        if (min > max) {
            throw invalid("min", "is " + min + ", more than " + PREFIX + "max, which is " + max);
        }
        boolean byTarget = labels.containsKey(PREFIX + "target") || labels.containsKey(PREFIX + "type");
        boolean stepped = labels.containsKey(PREFIX + "factor");
        int factor = whole(labels, "factor", 20, 0, 100);
        return new ScalingRules(
                min,
                max,
                positive(labels, "target", 50),
                measure(labels),
                proportion(labels),
                stepped && !byTarget ? factor : null,
                min == 0 || flag(labels, "zero"),
                duration(labels, "zero-duration", DEFAULT_ZERO_AFTER),
                duration(labels, "down.window", DEFAULT_DOWN_WINDOW));
    }

    /** {@link #of}, but the usual rules where a label cannot be read: someone else wrote it, or an older version accepted it. */
    public static ScalingRules orUsual(Map<String, String> labels) {
        try {
            return of(labels);
        } catch (RuntimeFailure e) {
            return of(Map.of());
        }
    }

    /** The number nearest to {@code replicas} that the rules allow a person to ask for; 0 is always allowed. */
    public int clamp(int replicas) {
        return replicas <= 0 ? 0 : Math.clamp(replicas, least(), max);
    }

    /** Fewest replicas of a function that is not at zero. */
    public int least() {
        return Math.max(1, min);
    }

    private static Measure measure(Map<String, String> labels) {
        String text = labels.getOrDefault(PREFIX + "type", "rps");
        return switch (text) {
            case "rps" -> Measure.RPS;
            case "capacity" -> Measure.CAPACITY;
            case "cpu" -> Measure.CPU;
            default -> throw invalid("type", "is \"" + text + "\"; this gateway scales by rps, capacity or cpu");
        };
    }

    private static double proportion(Map<String, String> labels) {
        double value = positive(labels, "target-proportion", 0.90);
        if (value > 1) {
            throw invalid("target-proportion", "is " + value + ", must be above 0 and at most 1");
        }
        return value;
    }

    private static boolean flag(Map<String, String> labels, String name) {
        String text = labels.getOrDefault(PREFIX + name, "false");
        return switch (text) {
            case "true", "1" -> true;
            case "false", "0", "" -> false;
            default -> throw invalid(name, "is \"" + text + "\", must be true or false");
        };
    }

    private static int whole(Map<String, String> labels, String name, int absent, int least, int most) {
        String text = labels.get(PREFIX + name);
        if (text == null) {
            return absent;
        }
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the failure below says what is wanted
        }
        throw invalid(name, "is \"" + text + "\", must be a whole number from " + least + " to " + most);
    }

    private static double positive(Map<String, String> labels, String name, double absent) {
        String text = labels.get(PREFIX + name);
        if (text == null) {
            return absent;
        }
        try {
            double value = Double.parseDouble(text.strip());
            if (value > 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the failure below says what is wanted
        }
        throw invalid(name, "is \"" + text + "\", must be a number above 0");
    }

    private static Duration duration(Map<String, String> labels, String name, Duration absent) {
        String text = labels.get(PREFIX + name);
        if (text == null) {
            return absent;
        }
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RuntimeFailure(RuntimeFailure.Kind.INVALID, PREFIX + name + ": " + e.getMessage(), e);
        }
    }

    private static RuntimeFailure invalid(String name, String why) {
        return new RuntimeFailure(RuntimeFailure.Kind.INVALID, PREFIX + name + " " + why);
    }
}
