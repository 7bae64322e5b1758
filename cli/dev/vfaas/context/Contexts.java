package dev.vfaas.context;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayUrl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The gateways a person works with, by name, and which of them is the current one: {@code $XDG_CONFIG_HOME/vfaas/contexts.yml}, 0600. */
public final class Contexts {
    /** The context of the embedded gateway. */
    public static final String LOCAL = "local";

    private static final String CURRENT = "current";
    private static final String CONTEXTS = "contexts";
    private static final String SSH = "ssh";
    private static final String FORWARD = "forward";
    private final YamlFile file;
    private final String path;

    /**
     * A name for a gateway.
     *
     * @param gateway the key of its login; with a route, an address on this machine that {@code vfaas host forward} makes answer
     * @param route the way there through SSH; null when it is reached directly
     */
    public record Context(
            String name, GatewayUrl gateway, @Nullable SshRoute route) {
        /** One that is reached directly. */
        public Context(String name, GatewayUrl gateway) {
            this(name, gateway, null);
        }
    }

    public Contexts(Environment environment) {
        PrivateFile contexts = new PrivateFile(environment.configDirectory().resolve("contexts.yml"));
        this.file = new YamlFile(contexts);
        this.path = contexts.path().toString();
    }

    /** All contexts in the order they were made. */
    public List<Context> list() {
        return contexts(file.read());
    }

    /** The one called {@code name}; empty when there is none. */
    public Optional<Context> find(String name) {
        return list().stream().filter(context -> context.name().equals(name)).findFirst();
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
        if (find(name).isEmpty()) {
            throw unknown(name, list());
        }
        file.update(top -> top.put(CURRENT, name));
        return find(name).orElseThrow(() -> unknown(name, list()));
    }

    /** Adds a context, or changes the one with that name. */
    public void put(Context context) {
        file.update(top -> put(top, context));
    }

    /**
     * Adds or changes a context and makes it the current one.
     *
     * @param make told of all contexts there are; nobody changes them meanwhile
     */
    public Context use(Function<List<Context>, Context> make) {
        List<Context> made = new ArrayList<>();
        file.update(top -> {
            Context context = make.apply(contexts(top));
            put(top, context);
            top.put(CURRENT, context.name());
            made.add(context);
        });
        return made.getFirst();
    }

    private void put(Map<String, Object> top, Context context) {
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
        SshRoute route = context.route();
        if (route == null) {
            entry.remove(SSH);
            entry.remove(FORWARD);
        } else {
            entry.put(SSH, route.entry());
            entry.put(FORWARD, route.forward());
        }
        top.put(CONTEXTS, entries);
    }

    /** Forgets a context, if there is one of that name. When it was the current one, the embedded gateway's becomes that, if there is one. */
    public void remove(String name) {
        file.update(top -> {
            List<Map<String, Object>> entries = file.entries(top, CONTEXTS);
            entries.removeIf(entry -> name.equals(entry.get("name")));
            top.put(CONTEXTS, entries);
            if (name.equals(top.get(CURRENT))) {
                top.remove(CURRENT);
                if (entries.stream().anyMatch(entry -> LOCAL.equals(entry.get("name")))) {
                    top.put(CURRENT, LOCAL);
                }
            }
        });
    }

    private List<Context> contexts(Map<String, Object> top) {
        List<Context> contexts = new ArrayList<>();
        for (Map<String, Object> entry : file.entries(top, CONTEXTS)) {
            contexts.add(new Context(String.valueOf(entry.get("name")), gateway(entry), route(entry)));
        }
        return contexts;
    }

    private GatewayUrl gateway(Map<String, Object> entry) {
        try {
            return GatewayUrl.parse(String.valueOf(entry.get("gateway")));
        } catch (IllegalArgumentException e) {
            throw Failure.failed(
                    path + ": the gateway of context \"" + entry.get("name") + "\" is not a URL: " + e.getMessage());
        }
    }

    private @Nullable SshRoute route(Map<String, Object> entry) {
        if (!(entry.get(SSH) instanceof Map<?, ?> ssh)) {
            return null;
        }
        try {
            return SshRoute.read(ssh, String.valueOf(entry.get(FORWARD)));
        } catch (IllegalArgumentException | Failure e) {
            throw Failure.failed(path + ": the way through SSH of context \"" + entry.get("name")
                            + "\" cannot be understood: " + e.getMessage())
                    .next("vfaas up HOST, which writes it anew");
        }
    }

    private static Failure unknown(String name, List<Context> contexts) {
        String names = String.join(", ", contexts.stream().map(Context::name).toList());
        return Failure.usage("there is no context \"" + name + "\"; "
                        + (names.isEmpty() ? "there are none yet" : "there are: " + names))
                .next("vfaas context use " + name + " --gateway URL");
    }
}
