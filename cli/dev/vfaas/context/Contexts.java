package dev.vfaas.context;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayUrl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The gateways a person works with, by name, and which of them is the current one: {@code $XDG_CONFIG_HOME/vfaas/contexts.yml}, 0600. */
public final class Contexts {
    /** The context of the embedded gateway. */
    public static final String LOCAL = "local";

    private static final String CURRENT = "current";
    private static final String CONTEXTS = "contexts";
    private final YamlFile file;
    private final String path;

    /** A name for a gateway. */
    public record Context(String name, GatewayUrl gateway) {}

    public Contexts(Environment environment) {
        PrivateFile contexts = new PrivateFile(environment.configDirectory().resolve("contexts.yml"));
        this.file = new YamlFile(contexts);
        this.path = contexts.path().toString();
    }

    /** All contexts in the order they were made. */
    public List<Context> list() {
        return contexts(file.read());
    }

    /** The one commands go to when nothing else says where; empty when there is none. */
    public Optional<Context> current() {
        Map<String, Object> top = file.read();
        Object name = top.get(CURRENT);
        return contexts(top).stream()
                .filter(context -> context.name().equals(name))
                .findFirst();
    }

    /** Makes {@code name} the current context; a usage failure lists the names there are. */
    public Context use(String name) {
        Map<String, Object> top = file.read();
        List<Context> contexts = contexts(top);
        Context context = contexts.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(name, contexts));
        top.put(CURRENT, name);
        file.write(top);
        return context;
    }

    /** Adds a context, or changes the gateway of the one with that name. */
    public void put(Context context) {
        Map<String, Object> top = file.read();
        List<Map<String, Object>> entries = file.entries(top, CONTEXTS);
        Map<String, Object> entry = entries.stream()
                .filter(candidate -> context.name().equals(candidate.get("name")))
                .findFirst()
                .orElseGet(LinkedHashMap::new);
        if (entry.isEmpty()) {
            entries.add(entry);
        }
        entry.put("name", context.name());
        entry.put("gateway", context.gateway().text());
        top.put(CONTEXTS, entries);
        file.write(top);
    }

    private List<Context> contexts(Map<String, Object> top) {
        List<Context> contexts = new ArrayList<>();
        for (Map<String, Object> entry : file.entries(top, CONTEXTS)) {
            try {
                contexts.add(new Context(
                        String.valueOf(entry.get("name")), GatewayUrl.parse(String.valueOf(entry.get("gateway")))));
            } catch (IllegalArgumentException e) {
                throw Failure.failed(path + ": the gateway of context \"" + entry.get("name") + "\" is not a URL: "
                        + e.getMessage());
            }
        }
        return contexts;
    }

    private static Failure unknown(String name, List<Context> contexts) {
        String names = String.join(", ", contexts.stream().map(Context::name).toList());
        return Failure.usage("there is no context \"" + name + "\"; "
                        + (names.isEmpty() ? "there are none yet" : "there are: " + names))
                .next("vfaas context use " + name + " --gateway URL");
    }
}
