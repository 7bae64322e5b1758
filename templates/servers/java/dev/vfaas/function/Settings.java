package dev.vfaas.function;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the environment says about serving. A zero duration means no limit.
 *
 * @param bind the address to listen on; empty is every interface
 * @param readTimeout for reading a request's body
 * @param writeTimeout for writing an answer, from its first byte
 * @param execTimeout for the handler; exceeded, the answer is 504
 * @param healthInterval how long to go on serving after SIGTERM while probes notice
 * @param drainTimeout the longest a stop may take
 * @param maxInflight concurrent requests; exceeded, the answer is 429; 0 is no limit
 * @param logRequests one line a request on stderr
 * @param writeDebug the same, with the headers
 */
record Settings(
        String bind,
        int port,
        Duration readTimeout,
        Duration writeTimeout,
        Duration execTimeout,
        Duration healthInterval,
        Duration drainTimeout,
        int maxInflight,
        boolean logRequests,
        boolean writeDebug) {
    private static final Duration THIRTY_SECONDS = Duration.ofSeconds(30);

    /** @throws IllegalArgumentException naming every variable that cannot be read */
    static Settings from(Map<String, String> environment) {
        Reader read = new Reader(environment, new ArrayList<>());
        Duration write = read.duration("write_timeout", THIRTY_SECONDS);
        Duration interval = read.duration("healthcheck_interval", Duration.ZERO);
        Duration patience = write.isZero() ? THIRTY_SECONDS : write;
        Settings settings = new Settings(
                read.text("VFAAS_BIND", ""),
                read.whole("port", 8080, 65_535),
                read.duration("read_timeout", THIRTY_SECONDS),
                write,
                read.duration("exec_timeout", THIRTY_SECONDS),
                interval,
                interval.compareTo(patience) > 0 ? interval : patience,
                read.whole("max_inflight", 0, Integer.MAX_VALUE),
                read.truth("log_requests"),
                read.truth("write_debug"));
        if (!read.problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", read.problems));
        }
        return settings;
    }

    /** Reads whole seconds ({@code 30}) or a duration as Go writes it ({@code 1m30s}, {@code 250ms}). */
    static Duration duration(String text) {
        if (isWhole(text)) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        Matcher part = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)").matcher(text);
        double nanoseconds = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            nanoseconds += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "ns" -> 1;
                        case "us", "µs" -> 1e3;
                        case "ms" -> 1e6;
                        case "s" -> 1e9;
                        case "m" -> 60e9;
                        default -> 3600e9;
                    };
            end = part.end();
        }
        if (end == 0 || end != text.length()) {
            throw new IllegalArgumentException("not a duration: " + text);
        }
        return Duration.ofNanos((long) nanoseconds);
    }

    /** Up to ten digits. Not a regular expression: loading those would be felt in every cold start. */
    private static boolean isWhole(String text) {
        return !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private record Reader(Map<String, String> environment, List<String> problems) {
        String text(String name, String otherwise) {
            String value = environment.getOrDefault(name, "").strip();
            return value.isEmpty() ? otherwise : value;
        }

        boolean truth(String name) {
            return List.of("true", "1", "t", "yes").contains(text(name, "").toLowerCase(Locale.ROOT));
        }

        int whole(String name, int otherwise, int highest) {
            String value = text(name, "");
            if (value.isEmpty()) {
                return otherwise;
            }
            if (isWhole(value) && Long.parseLong(value) <= highest) {
                return Integer.parseInt(value);
            }
            problems.add(name + "=\"" + value + "\" is not a whole number from 0 to " + highest);
            return otherwise;
        }

        Duration duration(String name, Duration otherwise) {
            String value = text(name, "");
            try {
                return value.isEmpty() ? otherwise : Settings.duration(value);
            } catch (IllegalArgumentException malformed) {
                problems.add(name + "=\"" + value + "\" is neither seconds nor a duration such as 30s or 1m30s");
                return otherwise;
            }
        }
    }
}
