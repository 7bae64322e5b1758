package dev.vfaas.provision.stack;

import dev.vfaas.provision.engine.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;

/**
 * An object of Kubernetes as it shall be. It carries the label {@code app.kubernetes.io/managed-by: vfaas} and the annotation
 * {@code vfaas.dev/manifest} with its own checksum, so that a later version sees when something was taken out of it. Holds no secret.
 *
 * @param tree as YAML reads it
 */
public record Manifest(Map<String, Object> tree) {
    private static final String SUM = "vfaas.dev/manifest";

    public Manifest {
        tree = marked(tree);
    }

    /** The objects of a YAML text with documents. */
    public static List<Manifest> parse(String documents) {
        List<Manifest> manifests = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(documents)) {
            if (document != null) {
                manifests.add(new Manifest(map(document)));
            }
        }
        return manifests;
    }

    private static Map<String, Object> marked(Map<String, Object> tree) {
        Map<String, Object> metadata = map(tree.getOrDefault("metadata", Map.of()));
        Map<String, Object> annotations = map(metadata.getOrDefault("annotations", Map.of()));
        annotations.remove(SUM);
        Map<String, Object> labels = map(metadata.getOrDefault("labels", Map.of()));
        labels.put("app.kubernetes.io/managed-by", "vfaas");
        metadata.put("labels", labels);
        metadata.put("annotations", annotations);
        Map<String, Object> marked = new LinkedHashMap<>(tree);
        marked.put("metadata", metadata);
        annotations.put(
                SUM, Sha256.of(dump(marked).getBytes(StandardCharsets.UTF_8)).substring(0, 16));
        return marked;
    }

    /** The same object with another value at a path, for example {@code spec}, {@code valuesContent}. */
    public Manifest with(Object value, String... path) {
        return new Manifest(put(tree, List.of(path), value));
    }

    private static Map<String, Object> put(Object in, List<String> path, Object value) {
        Map<String, Object> copy = map(in);
        String key = path.getFirst();
        copy.put(
                key,
                path.size() == 1 ? value : put(copy.getOrDefault(key, Map.of()), path.subList(1, path.size()), value));
        return copy;
    }

    /** For example {@code Deployment}. */
    public String kind() {
        return String.valueOf(tree.get("kind"));
    }

    /** Empty for what belongs to the whole cluster. */
    public String namespace() {
        return metadata("namespace");
    }

    public String name() {
        return metadata("name");
    }

    private String metadata(String key) {
        return tree.get("metadata") instanceof Map<?, ?> metadata && metadata.get(key) != null
                ? String.valueOf(metadata.get(key))
                : "";
    }

    /** As YAML. */
    public String yaml() {
        return dump(tree);
    }

    /** Only what names it, as YAML. */
    String identity() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name());
        if (!namespace().isEmpty()) {
            metadata.put("namespace", namespace());
        }
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("apiVersion", Objects.requireNonNull(tree.get("apiVersion"), "apiVersion"));
        identity.put("kind", kind());
        identity.put("metadata", metadata);
        return dump(identity);
    }

    /** Whether {@code object}, as the API server tells it, is this one, by kind and name. */
    boolean names(Object object) {
        return object instanceof Map<?, ?> found
                && kind().equals(String.valueOf(found.get("kind")))
                && found.get("metadata") instanceof Map<?, ?> metadata
                && name().equals(String.valueOf(metadata.get("name")))
                && namespace()
                        .equals(String.valueOf(metadata.get("namespace") == null ? "" : metadata.get("namespace")));
    }

    /** Of {@code object}, as the API server tells it, what this manifest speaks of, as YAML; the same text as {@link #yaml} when nothing differs. */
    String sameParts(Object object) {
        return dump(Objects.requireNonNull(part(tree, object)));
    }

    private static @Nullable Object part(@Nullable Object wanted, @Nullable Object observed) {
        if (wanted instanceof Map<?, ?> map && observed instanceof Map<?, ?> there) {
            Map<String, @Nullable Object> part = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (there.containsKey(key)) {
                    part.put(String.valueOf(key), part(value, there.get(key)));
                }
            });
            return part;
        }
        if (wanted instanceof List<?> list && observed instanceof List<?> there && list.size() == there.size()) {
            List<@Nullable Object> part = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                part.add(part(list.get(i), there.get(i)));
            }
            return part;
        }
        return observed;
    }

    private static Map<String, Object> map(Object tree) {
        Map<String, Object> copy = new LinkedHashMap<>();
        ((Map<?, ?>) tree).forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    /** A tree as YAML, the way manifests are written. */
    public static String text(Object tree) {
        return dump(tree);
    }

    private static String dump(Object tree) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(140);
        options.setSplitLines(false);
        Representer representer = new Representer(options) {
            {
                // Texts of several lines stay readable in a diff.
                representers.put(
                        String.class,
                        text -> representScalar(
                                org.yaml.snakeyaml.nodes.Tag.STR,
                                text.toString(),
                                text.toString().contains("\n")
                                        ? DumperOptions.ScalarStyle.LITERAL
                                        : DumperOptions.ScalarStyle.PLAIN));
            }
        };
        return new Yaml(representer, options).dump(tree);
    }
}
