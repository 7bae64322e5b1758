package dev.vfaas.image.gateway;

import dev.vfaas.image.Platform;
import dev.vfaas.image.oci.Descriptor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A gateway's image that has been made; its blobs lie in the build cache or in a release's archive.
 *
 * @param manifests by the image's name: {@link #GATEWAY} and {@link #SMOKE}, which share their layers
 * @param blobs manifests, configurations and layers, each once
 * @param layers sizes in bytes by the layers' names, compressed; least volatile first
 * @param trained whether it holds an ahead-of-time cache; without one a start takes a second or two longer
 * @param folder where each blob is a file named by the hexadecimal digits of its digest
 * @param references the images' whole names, where they are not those their own manifests give them
 */
public record GatewayImage(
        Platform platform,
        Map<String, Descriptor> manifests,
        List<Descriptor> blobs,
        Map<String, Long> layers,
        boolean trained,
        Path folder,
        Map<String, String> references) {
    /** The host no node can reach but through the gateway's own store. */
    public static final String HOST = "vfaas.internal";
    /** The gateway. */
    public static final String GATEWAY = "gateway";
    /** A function that answers with what it was sent, made of the gateway's own layers. */
    public static final String SMOKE = "smoke";

    private static final int TAG = 12;

    public GatewayImage {
        manifests = new TreeMap<>(manifests);
        blobs = List.copyOf(blobs);
        layers = new LinkedHashMap<>(layers);
        references = Map.copyOf(references);
    }

    /** An image with the names its manifests give it. */
    public GatewayImage(
            Platform platform,
            Map<String, Descriptor> manifests,
            List<Descriptor> blobs,
            Map<String, Long> layers,
            boolean trained,
            Path folder) {
        this(platform, manifests, blobs, layers, trained, folder, Map.of());
    }

    /** The same under names given to it: those of another architecture's, so that one Deployment runs on nodes of both. */
    public GatewayImage named(Map<String, String> names) {
        return new GatewayImage(platform, manifests, blobs, layers, trained, folder, names);
    }

    /** The name under which containerd knows an image: its tag is the beginning of the manifest's digest, unless it was given another one. */
    public String reference(String name) {
        String given = references.get(name);
        if (given != null) {
            return given;
        }
        String digest = descriptor(name).digest();
        int hex = digest.indexOf(':') + 1;
        return HOST + "/vfaas/" + name + ":" + digest.substring(hex, hex + TAG);
    }

    /** What an image's manifest is. */
    public Descriptor descriptor(String name) {
        Descriptor descriptor = manifests.get(name);
        if (descriptor == null) {
            throw new IllegalArgumentException("no image " + name);
        }
        return descriptor;
    }

    /** The index of an OCI image layout that holds both images, in the words containerd's import understands. */
    public String index() {
        StringBuilder entries = new StringBuilder();
        manifests.forEach((name, manifest) -> entries.append(entries.isEmpty() ? "" : ",")
                .append(
                        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"annotations\":{\"io.containerd.image.name\":\"%s\"}}"
                                .formatted(manifest.mediaType(), manifest.digest(), manifest.size(), reference(name))));
        return "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
                + entries + "]}";
    }

    /** Where a blob lies. */
    public Path blob(Descriptor blob) {
        return folder.resolve(blob.digest().substring(blob.digest().indexOf(':') + 1));
    }

    /** What all blobs hold together, in bytes. */
    public long size() {
        return blobs.stream().mapToLong(Descriptor::size).sum();
    }
}
