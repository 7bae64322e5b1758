package dev.vfaas.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The subcommands by name. Each is made only when it is invoked, or when all of them are shown: making and reflecting over all of them would cost
 * more than most commands take.
 */
public final class Commands {
    private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();

    /** All commands of the tool, working in {@code session}. */
    public Commands(Session session) {
        add("version", () -> new VersionCommand(session));
    }

    private void add(String name, Supplier<Object> command, String... otherNames) {
        commands.put(name, command);
        for (String alias : otherNames) {
            aliases.put(alias, name);
        }
    }

    /** The name of the command that {@code word} names or is an alias of; null if there is none. */
    public @Nullable String find(String word) {
        return commands.containsKey(word) ? word : aliases.get(word);
    }

    /** Makes a command; {@code name} as {@link #find} gives it. */
    public Object create(String name) {
        Supplier<Object> supplier = commands.get(name);
        if (supplier == null) {
            throw new IllegalArgumentException(name);
        }
        return supplier.get();
    }

    /** All names in the order of the help. */
    public List<String> names() {
        return List.copyOf(commands.keySet());
    }

    /** The aliases of {@code name}. */
    public String[] aliases(String name) {
        return aliases.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .toArray(String[]::new);
    }
}
