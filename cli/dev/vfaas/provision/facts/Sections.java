package dev.vfaas.provision.facts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sections of a script's output by name: a line that does not start with a blank names one, the lines behind it with a blank are its content. */
public final class Sections {
    private final Map<String, List<String>> sections = new HashMap<>();

    private Sections() {}

    /** Reads a script's standard output. */
    public static Sections of(String output) {
        Sections result = new Sections();
        List<String> lines = new ArrayList<>();
        for (String line : output.split("\n", -1)) {
            if (line.startsWith(" ")) {
                lines.add(line.substring(1));
            } else if (!line.isEmpty()) {
                lines = result.sections.computeIfAbsent(line.strip(), name -> new ArrayList<>());
            }
        }
        return result;
    }

    /** The lines without blank ones; empty when there is no such section. */
    public List<String> lines(String name) {
        return sections.getOrDefault(name, List.of()).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The whole text as it was; null when there is no such section. */
    public @Nullable String text(String name) {
        List<String> lines = sections.get(name);
        return lines == null ? null : String.join("\n", lines);
    }

    /** The first line; empty when there is none. */
    public String line(String name) {
        List<String> lines = lines(name);
        return lines.isEmpty() ? "" : lines.getFirst();
    }

    /** The words of the first line. */
    List<String> words(String name) {
        String line = line(name);
        return line.isEmpty() ? List.of() : List.of(line.split("\\s+"));
    }

    /** The word at {@code index} of the first line; empty when there is none. */
    String word(String name, int index) {
        List<String> words = words(name);
        return index < words.size() ? words.get(index) : "";
    }

    /** Whether there is such a section. */
    public boolean has(String name) {
        return sections.containsKey(name);
    }

    /** The names of all sections that start with {@code prefix}. */
    public List<String> names(String prefix) {
        return sections.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
    }
}
