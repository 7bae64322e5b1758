package dev.vfaas.gateway.runtime;

import dev.vfaas.openfaas.GoDuration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads how long a function means to take for an answer, from the variables that OpenFaaS's watchdogs and our servers obey. */
public final class AnswerTime {
    private static final List<String> VARIABLES = List.of("exec_timeout", "write_timeout");
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Its server's own word that the time is over must get through. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private AnswerTime() {}

    /** Nanoseconds, the longest that {@code environment} names and a little more; 0 when it names none that can be read. */
    public static long nanos(Map<String, String> environment) {
        Duration longest = Duration.ZERO;
        for (String name : VARIABLES) {
            Duration named = named(environment.get(name));
            longest = named.compareTo(longest) > 0 ? named : longest;
        }
        return longest.isZero() ? 0 : longest.plus(MARGIN).toNanos();
    }

    private static Duration named(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return Duration.ZERO;
        }
        try {
            Duration named = GoDuration.parse(text);
            return named.compareTo(LONGEST) > 0 ? LONGEST : named;
        } catch (IllegalArgumentException e) { // its server tells what it thinks of it
            return Duration.ZERO;
        }
    }
}
