package dev.vfaas.openfaas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Samples of Prometheus's text format, version 0.0.4. A line that cannot be read is passed over. */
public final class MetricsText {
    private final Map<String, List<Sample>> families = new LinkedHashMap<>();

    /** One sample. */
    public record Sample(Map<String, String> labels, double value) {}

    private MetricsText() {}

    /** Reads a whole answer. */
    public static MetricsText parse(String text) {
        MetricsText metrics = new MetricsText();
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(metrics::add);
        return metrics;
    }

    /** Samples with that name, none if there are none. */
    public List<Sample> of(String name) {
        return families.getOrDefault(name, List.of());
    }

    private void add(String line) {
        int brace = line.indexOf('{');
        int close = line.lastIndexOf('}');
        int blank = close < 0 ? line.indexOf(' ') : close + 1;
        if (blank < 0 || blank >= line.length()) {
            return;
        }
        String name = line.substring(0, brace < 0 ? blank : brace);
        try {
            double value = number(line.substring(blank).strip().split("\\s+")[0]);
            Map<String, String> labels = brace < 0 ? Map.of() : labels(line.substring(brace + 1, close));
            families.computeIfAbsent(name, key -> new ArrayList<>()).add(new Sample(labels, value));
        } catch (NumberFormatException e) {
            // not a sample
        }
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int equals = text.indexOf("=\"", at);
            if (equals < 0) {
                break;
            }
            String name = text.substring(at, equals).replace(",", "").strip();
            StringBuilder value = new StringBuilder();
            int i = equals + 2;
            for (; i < text.length() && text.charAt(i) != '"'; i++) {
                char c = text.charAt(i);
                if (c == '\\' && i + 1 < text.length()) {
                    char escaped = text.charAt(++i);
                    value.append(escaped == 'n' ? '\n' : escaped);
                } else {
                    value.append(c);
                }
            }
            labels.put(name, value.toString());
            at = i + 1;
        }
        return labels;
    }
}
