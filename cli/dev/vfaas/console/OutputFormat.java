package dev.vfaas.console;

import java.util.Locale;

/** The forms a result is shown in: {@code -o human|json|yaml|name}. */
public enum OutputFormat {
    /** For people; may change between versions. */
    HUMAN,
    /** One JSON value, indented by two, of a documented shape. */
    JSON,
    /** The same value as YAML. */
    YAML,
    /** Only the names, one a line, for scripts. */
    NAME;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
