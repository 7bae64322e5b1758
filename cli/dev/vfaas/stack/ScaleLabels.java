package dev.vfaas.stack;

import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.Suggestion;
import dev.vfaas.yaml.YamlValue;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the autoscaler will understand the {@code com.openfaas.scale.*} labels of a function. */
final class ScaleLabels {
    private static final String PREFIX = "com.openfaas.scale.";
    private static final Pattern COUNT = Pattern.compile("\\d{1,6}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    /** Go's durations, as the gateway reads them: {@code 90s}, {@code 1m30s}, {@code 0}. */
    private static final Pattern DURATION = Pattern.compile("0|((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+");

    private static final List<String> KNOWN = List.of(
            "min", "max", "factor", "type", "target", "target-proportion", "zero", "zero-duration", "down.window");
    private static final List<String> TYPES = List.of("rps", "capacity", "cpu", "queue", "custom");

    private final Problems problems;
    private final List<String> warnings;

    ScaleLabels(Problems problems, List<String> warnings) {
        this.problems = problems;
        this.warnings = warnings;
    }

    /** Checks the labels as they stand in the file. */
    void check(List<YamlValue.Entry> labels) {
        Map<String, Integer> counts = new HashMap<>();
        Map<String, Position> positions = new HashMap<>();
        for (YamlValue.Entry label : labels) {
            if (label.key().startsWith(PREFIX)
                    && label.value() instanceof YamlValue.Scalar(Position at, String text, var q)) {
                String key = label.key().substring(PREFIX.length());
                positions.put(key, at);
                problem(key, text, label.position()).ifPresent(why -> problems.add(at, label.key() + " " + why));
                if (COUNT.matcher(text).matches()) {
                    counts.put(key, Integer.parseInt(text));
                }
            }
        }
        Integer min = counts.get("min");
        Integer max = counts.get("max");
        if (min != null && max != null && min > max) {
            problems.add(
                    positions.getOrDefault("min", new Position(1, 1)),
                    PREFIX + "min is " + min + ", more than " + PREFIX + "max, which is " + max);
        }
    }

    private Optional<String> problem(String key, String text, Position keyPosition) {
        return switch (key) {
            case "min" -> unless(COUNT.matcher(text).matches(), "must be a whole number from 0", text);
            case "max" ->
                unless(
                        COUNT.matcher(text).matches() && Integer.parseInt(text) > 0,
                        "must be a whole number from 1",
                        text);
            case "factor" ->
                unless(
                        COUNT.matcher(text).matches() && Integer.parseInt(text) <= 100,
                        "must be a percentage from 0 to 100",
                        text);
            case "target", "target-proportion" ->
                unless(
                        NUMBER.matcher(text).matches() && new BigDecimal(text).signum() > 0,
                        "must be a number above 0",
                        text);
            case "type" ->
                unless(TYPES.contains(text), "must be one of " + String.join(", ", TYPES), text)
                        .map(why -> why + Suggestion.phrase(text, TYPES));
            case "zero" -> unless(text.equals("true") || text.equals("false"), "must be true or false", text);
            case "zero-duration", "down.window" ->
                unless(DURATION.matcher(text).matches(), "must be a duration such as 90s or 5m", text);
            default -> {
                // Another gateway may know more labels than we do, so a person is told and nothing is refused.
                warnings.add(problems.source().name() + ":" + keyPosition.line() + ":" + keyPosition.column() + ": \""
                        + PREFIX + key + "\" is no label the autoscaler knows"
                        + Suggestion.nearest(key, KNOWN)
                                .map(name -> "; did you mean \"" + PREFIX + name + "\"?")
                                .orElse(""));
                yield Optional.empty();
            }
        };
    }

    private static Optional<String> unless(boolean right, String must, String text) {
        return right ? Optional.empty() : Optional.of(must + ", not \"" + text + "\"");
    }
}
