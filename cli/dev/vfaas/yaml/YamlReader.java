package dev.vfaas.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Takes values as the types a schema wants. What does not fit is a problem and reads as absent, so that the rest is still checked. {@code what}
 * names the value in messages, for example {@code functions.resize.labels}.
 */
public final class YamlReader {
    private final Problems problems;

    /** A reader that reports there. */
    public YamlReader(Problems problems) {
        this.problems = problems;
    }

    /** The entries of a mapping whose keys are {@code known} or begin with {@code x-} (left out); others are problems. */
    public Map<String, YamlValue> section(YamlValue value, String what, List<String> known) {
        Map<String, YamlValue> section = new LinkedHashMap<>();
        for (YamlValue.Entry entry : entries(value, what)) {
            if (known.contains(entry.key())) {
                section.put(entry.key(), entry.value());
            } else if (!entry.key().startsWith("x-")) {
                problems.add(
                        entry.position(),
                        "unknown key \"" + entry.key() + "\"" + (what.isEmpty() ? "" : " in " + what)
                                + Suggestion.phrase(entry.key(), known));
            }
        }
        return section;
    }

    /** The entries of a mapping with free keys; none of nothing. */
    public List<YamlValue.Entry> entries(YamlValue value, String what) {
        return switch (value) {
            case YamlValue.Mapping mapping -> mapping.entries();
            case YamlValue.Null ignored -> List.of();
            default -> {
                problems.add(
                        value.position(),
                        (what.isEmpty() ? "the file" : what) + " must be a mapping (key: value), not " + value.kind());
                yield List.of();
            }
        };
    }

    /** A scalar's text. Nothing and the empty text read as absent. */
    public Optional<String> text(YamlValue value, String what) {
        return switch (value) {
            case YamlValue.Scalar scalar -> Optional.of(scalar.text()).filter(text -> !text.isEmpty());
            case YamlValue.Null ignored -> Optional.empty();
            default -> {
                problems.add(value.position(), what + " must be text, not " + value.kind());
                yield Optional.empty();
            }
        };
    }

    /** {@code true} or {@code false}, and what YAML 1.1 reads as those. Nothing reads as false. */
    public boolean bool(YamlValue value, String what) {
        return switch (value) {
            case YamlValue.Null ignored -> false;
            case YamlValue.Scalar(Position position, String text, boolean quoted) ->
                switch (text) {
                    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON" -> true;
                    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF" -> false;
                    default -> {
                        problems.add(position, what + " must be true or false, not \"" + text + "\"");
                        yield false;
                    }
                };
            default -> {
                problems.add(value.position(), what + " must be true or false, not " + value.kind());
                yield false;
            }
        };
    }

    /** A list of non-empty texts; {@code check} sees each with its place. */
    public List<String> texts(YamlValue value, String what, BiConsumer<Position, String> check) {
        List<String> texts = new ArrayList<>();
        switch (value) {
            case YamlValue.Sequence sequence -> {
                for (YamlValue item : sequence.items()) {
                    Optional<String> text = text(item, "an entry of " + what);
                    if (text.isPresent()) {
                        check.accept(item.position(), text.get());
                        texts.add(text.get());
                    } else if (item instanceof YamlValue.Null || item instanceof YamlValue.Scalar) {
                        problems.add(item.position(), "an entry of " + what + " is empty");
                    }
                }
            }
            case YamlValue.Null ignored -> {}
            case YamlValue.Scalar scalar ->
                problems.add(scalar.position(), what + " must be a list, for example: [" + scalar.text() + "]");
            case YamlValue.Mapping mapping -> problems.add(mapping.position(), what + " must be a list, not a mapping");
        }
        return texts;
    }

    /** A mapping of free keys to scalars: each value its raw text, nothing is "". */
    public Map<String, String> textMap(YamlValue value, String what) {
        Map<String, String> map = new LinkedHashMap<>();
        for (YamlValue.Entry entry : entries(value, what)) {
            if (entry.key().isEmpty()) {
                problems.add(entry.position(), "a key of " + what + " is empty");
            }
            switch (entry.value()) {
                case YamlValue.Scalar scalar -> map.put(entry.key(), scalar.text());
                case YamlValue.Null ignored -> map.put(entry.key(), "");
                case YamlValue other ->
                    problems.add(
                            other.position(),
                            what + "." + entry.key() + " must be text, not " + other.kind()
                                    + (other instanceof YamlValue.Mapping
                                            ? "; quote it if it is meant to be text"
                                            : ""));
            }
        }
        return map;
    }
}
