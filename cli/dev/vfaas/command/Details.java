package dev.vfaas.command;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Facts about one thing, a line each: {@code Name:  value}, values in one column. Facts that are absent or empty are left out. */
final class Details {
    private final Map<String, String> lines = new LinkedHashMap<>();

    private Details() {}

    static Details of() {
        return new Details();
    }

    Details line(String name, @Nullable Object value) {
        String text = value == null ? "" : value.toString();
        if (!text.isEmpty()) {
            lines.put(name, text);
        }
        return this;
    }

    Details lines(String name, @Nullable Collection<String> values) {
        return line(name, values == null ? "" : String.join("\n", values));
    }

    Details pairs(String name, @Nullable Map<String, String> pairs) {
        return lines(
                name,
                pairs == null
                        ? null
                        : pairs.entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(pair -> pair.getKey() + "=" + pair.getValue())
                                .toList());
    }

    @Override
    public String toString() {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0) + 3;
        StringBuilder text = new StringBuilder();
        lines.forEach((name, value) -> text.append(name)
                .append(':')
                .repeat(" ", width - name.length() - 1)
                .append(value.stripTrailing().replace("\n", "\n" + " ".repeat(width)))
                .append('\n'));
        return text.toString().stripTrailing();
    }
}
