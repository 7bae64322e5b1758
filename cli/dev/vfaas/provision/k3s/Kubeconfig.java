package dev.vfaas.provision.k3s;

import dev.vfaas.console.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;

/**
 * A kubeconfig file's content (kubernetes.io, client authentication v1). What this program does not know stays in it. A cluster, a user and a
 * context of one host carry the host's name; entries of that name are replaced whole, so that no credential of an earlier cluster survives.
 */
final class Kubeconfig {
    private static final String EXTENSION = "dev.vfaas";
    private final Map<String, Object> top;

    private Kubeconfig(Map<String, Object> top) {
        this.top = top;
    }

    /** Reads a file's text; blank text is an empty one. A failure names {@code where} when it cannot be understood. */
    static Kubeconfig parse(String text, String where) {
        Object tree;
        try {
            tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        } catch (YAMLException e) {
            // The exception's text quotes the file, which holds keys.
            throw Failure.failed(where + " cannot be understood as YAML; it was left as it is")
                    .next("repair the file or move it away, or set KUBECONFIG");
        }
        if (tree == null) {
            Map<String, Object> empty = new LinkedHashMap<>();
            empty.put("apiVersion", "v1");
            empty.put("kind", "Config");
            return new Kubeconfig(empty);
        }
        if (!(tree instanceof Map<?, ?> map)) {
            throw Failure.failed(where + " is no kubeconfig: it is not a mapping; it was left as it is")
                    .next("repair the file or move it away, or set KUBECONFIG");
        }
        return new Kubeconfig(copy(map));
    }

    /**
     * Takes over the first cluster and user of the admin kubeconfig of a K3s server.
     *
     * @param name of the cluster, the user and the context
     * @param port on this machine's loopback that leads to the API server
     * @param source by which {@link #source} tells later whether this is still the server's
     * @param use whether the context becomes the current one when there is none
     */
    void put(String name, Kubeconfig server, int port, String source, boolean use) {
        Map<String, Object> cluster = inner(first(server.list("clusters")), "cluster");
        cluster.put("server", "https://127.0.0.1:" + port);
        cluster.put("extensions", List.of(extension(source)));
        Map<String, Object> user = inner(first(server.list("users")), "user");
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("cluster", name);
        context.put("user", name);
        replace("clusters", entry(name, "cluster", cluster));
        replace("users", entry(name, "user", user));
        replace("contexts", entry(name, "context", context));
        Object current = top.get("current-context");
        if (use && (current == null || current.toString().isEmpty())) {
            top.put("current-context", name);
        }
    }

    /** Takes the entries of that name away; whether there were any. */
    boolean remove(String name) {
        boolean removed = false;
        for (String kind : List.of("clusters", "users", "contexts")) {
            List<Map<String, Object>> entries = list(kind);
            if (entries.removeIf(entry -> name.equals(entry.get("name")))) {
                removed = true;
                top.put(kind, entries);
            }
        }
        if (removed && name.equals(top.get("current-context"))) {
            top.put("current-context", "");
        }
        return removed;
    }

    /** What the entries of that name were made from; empty when there are none or they are not complete. */
    Optional<String> source(String name) {
        boolean complete = find("users", name) != null && find("contexts", name) != null;
        Map<String, Object> cluster = find("clusters", name);
        if (!complete || cluster == null) {
            return Optional.empty();
        }
        Object extensions = inner(cluster, "cluster").get("extensions");
        return extensions instanceof List<?> list
                ? list.stream()
                        .filter(element -> element instanceof Map<?, ?> map && EXTENSION.equals(map.get("name")))
                        .map(element -> ((Map<?, ?>) element).get("extension"))
                        .filter(Map.class::isInstance)
                        .map(extension -> String.valueOf(((Map<?, ?>) extension).get("source")))
                        .findFirst()
                : Optional.empty();
    }

    /** The text of the file. */
    String text() {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndent(2);
        options.setSplitLines(false);
        return new Yaml(new Representer(options), options).dump(top);
    }

    private static Map<String, Object> extension(String source) {
        Map<String, Object> extension = new LinkedHashMap<>();
        extension.put("name", EXTENSION);
        extension.put("extension", new LinkedHashMap<>(Map.of("source", source)));
        return extension;
    }

    private static Map<String, Object> entry(String name, String kind, Map<String, Object> value) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", name);
        entry.put(kind, value);
        return entry;
    }

    private void replace(String kind, Map<String, Object> entry) {
        List<Map<String, Object>> entries = list(kind);
        int index = 0;
        while (index < entries.size()
                && !Objects.equals(entry.get("name"), entries.get(index).get("name"))) {
            index++;
        }
        if (index < entries.size()) {
            entries.set(index, entry);
        } else {
            entries.add(entry);
        }
        top.put(kind, entries);
    }

    private @Nullable Map<String, Object> find(String kind, String name) {
        return list(kind).stream()
                .filter(entry -> name.equals(entry.get("name")))
                .findFirst()
                .orElse(null);
    }

    private List<Map<String, Object>> list(String key) {
        List<Map<String, Object>> entries = new ArrayList<>();
        if (top.get(key) instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof Map<?, ?> map) {
                    entries.add(copy(map));
                }
            }
        }
        return entries;
    }

    private static Map<String, Object> first(List<Map<String, Object>> entries) {
        if (entries.isEmpty()) {
            throw Failure.failed("the server's kubeconfig /etc/rancher/k3s/k3s.yaml has no cluster or no user");
        }
        return entries.getFirst();
    }

    private static Map<String, Object> inner(Map<String, Object> entry, String key) {
        return entry.get(key) instanceof Map<?, ?> map ? copy(map) : new LinkedHashMap<>();
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }
}
