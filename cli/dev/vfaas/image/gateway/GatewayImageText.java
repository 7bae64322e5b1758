package dev.vfaas.image.gateway;

import dev.vfaas.image.Platform;
import dev.vfaas.image.oci.Descriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link GatewayImage} as the fields of a cache's record. */
final class GatewayImageText {
    private GatewayImageText() {}

    static Map<String, String> fields(GatewayImage image) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("trained", Boolean.toString(image.trained()));
        image.manifests().forEach((name, manifest) -> fields.put("manifest." + name, text(manifest)));
        image.layers().forEach((name, size) -> fields.put("layer." + name, Long.toString(size)));
        for (int i = 0; i < image.blobs().size(); i++) {
            fields.put("blob." + i, text(image.blobs().get(i)));
        }
        return fields;
    }

    static GatewayImage image(Platform platform, Map<String, String> fields, Path folder) {
        Map<String, Descriptor> manifests = new LinkedHashMap<>();
        Map<String, Long> layers = new LinkedHashMap<>();
        List<Descriptor> blobs = new ArrayList<>();
        fields.forEach((name, value) -> {
            if (name.startsWith("manifest.")) {
                manifests.put(name.substring("manifest.".length()), descriptor(value));
            } else if (name.startsWith("layer.")) {
                layers.put(name.substring("layer.".length()), Long.parseLong(value));
            } else if (name.startsWith("blob.")) {
                blobs.add(descriptor(value));
            }
        });
        return new GatewayImage(
                platform, manifests, blobs, layers, Boolean.parseBoolean(fields.get("trained")), folder);
    }

    private static String text(Descriptor descriptor) {
        return descriptor.mediaType() + " " + descriptor.digest() + " " + descriptor.size();
    }

    private static Descriptor descriptor(String text) {
        String[] words = text.split(" ");
        return new Descriptor(words[0], words[1], Long.parseLong(words[2]));
    }
}
