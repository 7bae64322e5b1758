package dev.vfaas.image.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.ImagePlan;
import dev.vfaas.image.Platform;
import dev.vfaas.image.layer.Layer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the documents of an image: configuration, manifest, index (OCI image specification 1.1). The same input gives the same bytes: fields in
 * a fixed order, no times but the epoch.
 */
public final class ImageDocuments {
    private static final String EPOCH = "1970-01-01T00:00:00Z";

    private final ObjectMapper json = new ObjectMapper();

    /** A layer of a plan that has been made. */
    public record MadeLayer(String name, Layer layer) {}

    /** The configuration of a planned image on its base; what the base says of environment, labels, volumes and history is kept. */
    public byte[] config(ImagePlan plan, @Nullable BaseImage base, List<MadeLayer> layers) {
        JsonNode from = base == null ? json.createObjectNode() : read(base.config());
        ObjectNode root = json.createObjectNode();
        root.put("created", EPOCH);
        root.put("architecture", plan.platform().architecture());
        root.put("os", plan.platform().os());
        copy(from, root, "os.version", "os.features", "variant");
        JsonNode fromConfig = from.path("config");
        ObjectNode config = root.putObject("config");
        if (plan.user() != null) {
            config.put("User", plan.user());
        }
        copy(fromConfig, config, "Volumes", "StopSignal", "Shell");
        config.set("ExposedPorts", json.createObjectNode().set(ImagePlan.PORT, json.createObjectNode()));
        config.set("Env", environment(fromConfig.path("Env"), plan.environment()));
        plan.entrypoint().forEach(config.putArray("Entrypoint")::add);
        config.put("WorkingDir", ImagePlan.WORKING_DIRECTORY);
        ObjectNode labels = config.putObject("Labels");
        fromConfig.path("Labels").properties().forEach(label -> labels.set(label.getKey(), label.getValue()));
        plan.labels().forEach(labels::put);
        ObjectNode rootfs = root.putObject("rootfs");
        rootfs.put("type", "layers");
        ArrayNode diffIds = rootfs.putArray("diff_ids");
        from.path("rootfs").path("diff_ids").forEach(diffIds::add);
        ArrayNode history = root.putArray("history");
        from.path("history").forEach(history::add);
        for (MadeLayer made : layers) {
            diffIds.add(made.layer().diffId());
            history.addObject().put("created", EPOCH).put("created_by", "vfaas").put("comment", made.name());
        }
        return write(root);
    }

    private static void copy(JsonNode from, ObjectNode to, String... fields) {
        for (String field : fields) {
            if (from.hasNonNull(field)) {
                to.set(field, from.get(field));
            }
        }
    }

    private ArrayNode environment(JsonNode base, Map<String, String> own) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (JsonNode entry : base) {
            String text = entry.asText();
            int equals = text.indexOf('=');
            merged.put(equals < 0 ? text : text.substring(0, equals), equals < 0 ? "" : text.substring(equals + 1));
        }
        merged.putAll(own);
        ArrayNode array = json.createArrayNode();
        merged.forEach((name, value) -> array.add(name + "=" + value));
        return array;
    }

    /** The manifest of one image. */
    public byte[] manifest(
            Descriptor config, @Nullable BaseImage base, List<MadeLayer> layers, Map<String, String> annotations) {
        ObjectNode root = json.createObjectNode();
        root.put("schemaVersion", 2);
        root.put("mediaType", MediaTypes.MANIFEST);
        root.set("config", descriptor(config));
        ArrayNode array = root.putArray("layers");
        if (base != null) {
            base.layers().forEach(layer -> array.add(descriptor(layer)));
        }
        for (MadeLayer made : layers) {
            array.add(descriptor(new Descriptor(
                    MediaTypes.LAYER_GZIP, made.layer().digest(), made.layer().size())));
        }
        annotate(root, annotations);
        return write(root);
    }

    /** An index of the manifests of several platforms, in the order of the map. */
    public byte[] index(Map<Platform, Descriptor> manifests, Map<String, String> annotations) {
        ObjectNode root = json.createObjectNode();
        root.put("schemaVersion", 2);
        root.put("mediaType", MediaTypes.INDEX);
        ArrayNode array = root.putArray("manifests");
        manifests.forEach((platform, manifest) -> {
            ObjectNode entry = descriptor(manifest);
            ObjectNode os = entry.putObject("platform");
            os.put("architecture", platform.architecture());
            os.put("os", platform.os());
            array.add(entry);
        });
        annotate(root, annotations);
        return write(root);
    }

    private static void annotate(ObjectNode root, Map<String, String> annotations) {
        if (!annotations.isEmpty()) {
            ObjectNode object = root.putObject("annotations");
            annotations.forEach(object::put);
        }
    }

    private ObjectNode descriptor(Descriptor descriptor) {
        return json.createObjectNode()
                .put("mediaType", descriptor.mediaType())
                .put("digest", descriptor.digest())
                .put("size", descriptor.size());
    }

    /** The blobs a manifest names: configuration first, then layers. Empty for an index. */
    public List<Descriptor> blobs(byte[] manifest) {
        JsonNode root = read(manifest);
        if (!root.has("config")) {
            return List.of();
        }
        List<Descriptor> blobs = new java.util.ArrayList<>();
        blobs.add(descriptorOf(root.path("config")));
        root.path("layers").forEach(layer -> blobs.add(descriptorOf(layer)));
        return List.copyOf(blobs);
    }

    /** The manifests an index names, with their platforms as {@code os/architecture}. */
    public Map<String, Descriptor> manifests(byte[] index) {
        Map<String, Descriptor> manifests = new LinkedHashMap<>();
        for (JsonNode entry : read(index).path("manifests")) {
            JsonNode platform = entry.path("platform");
            manifests.putIfAbsent(
                    platform.path("os").asText() + "/"
                            + platform.path("architecture").asText(),
                    descriptorOf(entry));
        }
        return manifests;
    }

    /** What a configuration says it is for, as {@code os/architecture}. */
    public String platform(byte[] config) {
        JsonNode root = read(config);
        return root.path("os").asText() + "/" + root.path("architecture").asText();
    }

    private static Descriptor descriptorOf(JsonNode node) {
        return new Descriptor(
                node.path("mediaType").asText(),
                node.path("digest").asText(),
                node.path("size").asLong());
    }

    private JsonNode read(byte[] document) {
        try {
            return json.readTree(document);
        } catch (IOException e) {
            throw Failure.failed("a manifest or image configuration is not JSON: " + e.getMessage())
                    .because(e);
        }
    }

    private byte[] write(ObjectNode document) {
        try {
            return json.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
