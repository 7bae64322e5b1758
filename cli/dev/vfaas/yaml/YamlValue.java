package dev.vfaas.yaml;

import java.util.List;
import java.util.Optional;

/** A node of a YAML document whose aliases and merge keys are resolved. Each knows its place in what the person wrote. */
public sealed interface YamlValue {

    /** Where it begins. */
    Position position();

    /** What a person calls its kind: {@code text}, {@code a list}, {@code a mapping}, {@code nothing}. */
    String kind();

    /** Nothing at all, {@code ~} or {@code null}. */
    record Null(Position position) implements YamlValue {
        @Override
        public String kind() {
            return "nothing";
        }
    }

    /**
     * A scalar.
     *
     * @param text as written, without quotes: {@code true} is "true" and {@code 1.10} is "1.10"
     * @param quoted whether it was quoted or a block
     */
    record Scalar(Position position, String text, boolean quoted) implements YamlValue {
        @Override
        public String kind() {
            return "text";
        }
    }

    /** A list. */
    record Sequence(Position position, List<YamlValue> items) implements YamlValue {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A mapping: each key once, in the order of the file, merged keys last. */
    record Mapping(Position position, List<Entry> entries) implements YamlValue {
        @Override
        public String kind() {
            return "a mapping";
        }

        /** The value of a key. */
        public Optional<YamlValue> get(String key) {
            return entries.stream()
                    .filter(entry -> entry.key().equals(key))
                    .map(Entry::value)
                    .findFirst();
        }
    }

    /** A key, where it stands, and its value. */
    record Entry(String key, Position position, YamlValue value) {}
}
