package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.GoDuration;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When a queued call is tried again: the annotations {@code com.openfaas.retry.*} of its function, with the meaning OpenFaaS's paid edition gives
 * them; what they leave open is the queue's own. A call without an answer, and a refusal of the gateway's own, is tried again whatever the codes are.
 *
 * @param attempts how often a call is tried in all, 1 at least
 * @param codes the function's answers after which it is tried again
 * @param firstWait after the first attempt; it doubles with each further one, with jitter
 * @param longestWait where the doubling ends
 */
public record RetryPolicy(int attempts, Set<Integer> codes, Duration firstWait, Duration longestWait) {
    /** After these answers a call is tried again unless its function says otherwise. */
    public static final Set<Integer> CODES = Set.of(429, 502, 503, 504);

    private static final String PREFIX = "com.openfaas.retry.";
    private static final int MOST_ATTEMPTS = 10_000;

    /** Copies the codes. */
    public RetryPolicy {
        codes = Set.copyOf(codes);
    }

    /** What a queue does for functions without annotations. */
    static RetryPolicy of(QueueConfig config) {
        return new RetryPolicy(config.maxAttempts(), CODES, config.firstDelay(), config.longestDelay());
    }

    /**
     * Refuses annotations that cannot be read.
     *
     * @throws RuntimeFailure INVALID, naming the annotation
     */
    public static void check(Map<String, String> annotations) {
        of(QueueConfig.DEFAULT).with(annotations);
    }

    /**
     * This policy as a function's annotations change it.
     *
     * @throws RuntimeFailure INVALID, naming the annotation
     */
    RetryPolicy with(Map<String, String> annotations) {
        if (annotations.keySet().stream().noneMatch(name -> name.startsWith(PREFIX))) {
            return this;
        }
        Duration first = wait(annotations, "min_wait", firstWait);
        Duration longest = wait(annotations, "max_wait", longestWait);
        if (first.compareTo(longest) > 0) {
            boolean bounded = annotations.containsKey(PREFIX + "max_wait");
            if (bounded && annotations.containsKey(PREFIX + "min_wait")) {
                throw invalid("min_wait", "is longer than " + PREFIX + "max_wait");
            }
            // the one that was given wins over the default of the other
            first = bounded ? longest : first;
            longest = first;
        }
        return new RetryPolicy(attempts(annotations), codes(annotations), first, longest);
    }

    /** The waits between attempts. */
    Backoff backoff() {
        return new Backoff(firstWait, longestWait);
    }

    private int attempts(Map<String, String> annotations) {
        String text = annotations.get(PREFIX + "attempts");
        if (text == null) {
            return attempts;
        }
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= 0 && value <= MOST_ATTEMPTS) {
                return Math.max(1, value);
            }
        } catch (NumberFormatException e) {
            // the failure below says what is wanted
        }
        throw invalid("attempts", "is \"" + text + "\", must be a whole number from 0 to " + MOST_ATTEMPTS);
    }

    private Set<Integer> codes(Map<String, String> annotations) {
        String text = annotations.get(PREFIX + "codes");
        if (text == null) {
            return codes;
        }
        try {
            Set<Integer> given = Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(code -> !code.isEmpty())
                    .map(Integer::valueOf)
                    .collect(Collectors.toSet());
            if (given.stream().allMatch(code -> code >= 100 && code <= 599)) {
                return given;
            }
        } catch (NumberFormatException e) {
            // the failure below says what is wanted
        }
        throw invalid("codes", "is \"" + text + "\", must be HTTP statuses with commas between them, as 429,503");
    }

    private static Duration wait(Map<String, String> annotations, String name, Duration otherwise) {
        String text = annotations.get(PREFIX + name);
        if (text == null) {
            return otherwise;
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
