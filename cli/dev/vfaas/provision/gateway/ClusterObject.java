package dev.vfaas.provision.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** An object of Kubernetes: its fields as JSON or YAML has them. */
record ClusterObject(Map<?, ?> fields) {
    String kind() {
        return String.valueOf(fields.get("kind"));
    }

    String name() {
        return metadata("name");
    }

    /** Empty for objects of the whole cluster. */
    String namespace() {
        return metadata("namespace");
    }

    private String metadata(String field) {
        return fields.get("metadata") instanceof Map<?, ?> metadata && metadata.get(field) != null
                ? String.valueOf(metadata.get(field))
                : "";
    }

    /** What it is, without how it shall be. */
    Map<String, Object> reference() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name());
        if (!namespace().isEmpty()) {
            metadata.put("namespace", namespace());
        }
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("apiVersion", fields.get("apiVersion"));
        reference.put("kind", kind());
        reference.put("metadata", metadata);
        return reference;
    }

    boolean sameAs(ClusterObject other) {
        return kind().equals(other.kind())
                && name().equals(other.name())
                && namespace().equals(other.namespace());
    }

    /** Of {@code live}, only the fields this one says something about: equal to this one when the cluster has what is wanted. */
    ClusterObject seenIn(ClusterObject live) {
        return new ClusterObject((Map<?, ?>) Objects.requireNonNull(seen(fields, live.fields)));
    }

    private static @Nullable Object seen(@Nullable Object wanted, @Nullable Object live) {
        if (wanted instanceof Map<?, ?> fields && live instanceof Map<?, ?> there) {
            Map<Object, @Nullable Object> seen = new LinkedHashMap<>();
            fields.forEach((key, value) -> {
                if (there.containsKey(key)) {
                    seen.put(key, seen(value, there.get(key)));
                } else if ("".equals(value)) {
                    seen.put(key, value); // the API server leaves some empty texts out
                }
            });
            return seen;
        }
        if (wanted instanceof List<?> items && live instanceof List<?> there) {
            List<@Nullable Object> seen = new ArrayList<>();
            for (int i = 0; i < there.size(); i++) {
                seen.add(i < items.size() ? seen(items.get(i), there.get(i)) : there.get(i));
            }
            return seen;
        }
        // The API server leaves empty objects out and writes them as it likes.
        return wanted instanceof Map<?, ?> empty && empty.isEmpty() ? wanted : live;
    }

    /** As YAML, for people. */
    String yaml() {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setSplitLines(false);
        return new Yaml(options).dump(fields);
    }
}
