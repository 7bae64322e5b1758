package dev.vfaas.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function to be written into a stack file.
 *
 * @param handler its folder as the file is to name it, for example {@code ./hello}
 */
public record NewFunction(
        String name,
        String lang,
        String handler,
        String image,
        @Nullable Quantities requests,
        @Nullable Quantities limits) {

    /** Text that means itself in every YAML context. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z./][A-Za-z0-9_./@-]*(:[A-Za-z0-9_./@-]+)*");

    /** Plain text that YAML takes for something else. */
    private static final Pattern SPECIAL =
            Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null|\\.nan|[-+]?\\.inf|\\.[0-9_.]+|---|\\.\\.\\.");

    /** The lines of a whole new stack file, as faas-cli writes it. */
    public List<String> file(String gateway) {
        List<String> lines = new ArrayList<>(
                List.of("version: 1.0", "provider:", "  name: openfaas", "  gateway: " + text(gateway), "functions:"));
        lines.addAll(block(2, 2));
        return lines;
    }

    /**
     * The lines of the function in block style.
     *
     * @param indent blanks before its name
     * @param step blanks that each level adds
     */
    List<String> block(int indent, int step) {
        String name = " ".repeat(indent);
        String key = " ".repeat(indent + step);
        String inner = " ".repeat(indent + 2 * step);
        List<String> lines = new ArrayList<>();
        lines.add(name + text(this.name) + ":");
        lines.add(key + "lang: " + text(lang));
        lines.add(key + "handler: " + text(handler));
        lines.add(key + "image: " + text(image));
        block(lines, key, inner, "requests", requests);
        block(lines, key, inner, "limits", limits);
        return lines;
    }

    private static void block(
            List<String> lines, String key, String inner, String what, @Nullable Quantities quantities) {
        if (quantities == null) {
            return;
        }
        lines.add(key + what + ":");
        if (quantities.cpu() != null) {
            lines.add(inner + "cpu: " + text(quantities.cpu()));
        }
        if (quantities.memory() != null) {
            lines.add(inner + "memory: " + text(quantities.memory()));
        }
    }

    /** The function in flow style: {@code name: {lang: ...}}. */
    String flow() {
        return text(name) + ": {lang: " + text(lang) + ", handler: " + text(handler) + ", image: " + text(image)
                + flow("requests", requests) + flow("limits", limits) + "}";
    }

    private static String flow(String what, @Nullable Quantities quantities) {
        if (quantities == null) {
            return "";
        }
        List<String> parts = new ArrayList<>();
        if (quantities.cpu() != null) {
            parts.add("cpu: " + text(quantities.cpu()));
        }
        if (quantities.memory() != null) {
            parts.add("memory: " + text(quantities.memory()));
        }
        return ", " + what + ": {" + String.join(", ", parts) + "}";
    }

    /** A scalar, quoted where it must be; {@code $} is doubled, since the file's variables are replaced before it is read. */
    private static String text(String value) {
        String escaped = value.replace("$", "$$");
        boolean plain =
                PLAIN.matcher(escaped).matches() && !SPECIAL.matcher(escaped).matches();
        boolean number = Quantity.parse(escaped).isPresent();
        return plain || number ? escaped : "\"" + escaped.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
