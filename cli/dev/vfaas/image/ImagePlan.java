package dev.vfaas.image;

import dev.vfaas.image.cache.Fingerprint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that an image will be, decided before anything is made: the same plan gives the same digest.
 *
 * @param base the image to build on, null for {@code scratch} and for host images
 * @param baseDigest what {@code base} stands for; null without a base, or while no registry has been asked
 * @param layers least volatile first
 * @param environment of the image, on top of the base's
 * @param entrypoint relative to {@link #WORKING_DIRECTORY} or found on PATH
 * @param user numeric; null for host images, which run as whoever runs the gateway
 * @param labels of the configuration
 * @param annotations of the manifest, in the names of the OCI image specification
 */
public record ImagePlan(
        String function,
        Platform platform,
        @Nullable ImageReference base,
        @Nullable String baseDigest,
        List<LayerPlan> layers,
        Map<String, String> environment,
        List<String> entrypoint,
        @Nullable String user,
        Map<String, String> labels,
        Map<String, String> annotations) {

    /** Where a function's files lie in its image, and what its process starts in. */
    public static final String WORKING_DIRECTORY = "/home/app";

    /** The port a function listens on. */
    public static final String PORT = "8080/tcp";

    /** The user of linux images. */
    public static final String USER = "1000";

    /** Labels say {@code host} or {@code linux/ARCHITECTURE} here. */
    public static final String PLATFORM_LABEL = "dev.vfaas.platform";

    /** Copies the collections; labels and annotations are sorted. */
    public ImagePlan {
        layers = List.copyOf(layers);
        entrypoint = List.copyOf(entrypoint);
        labels = new TreeMap<>(labels);
        annotations = new TreeMap<>(annotations);
    }

    /** The same plan on exactly that base. */
    public ImagePlan on(String digest) {
        Map<String, String> annotated = new TreeMap<>(annotations);
        annotated.put("org.opencontainers.image.base.name", String.valueOf(base));
        annotated.put("org.opencontainers.image.base.digest", digest);
        return new ImagePlan(
                function, platform, base, digest, layers, environment, entrypoint, user, labels, annotated);
    }

    /** Whether nothing is left to be asked. */
    public boolean complete() {
        return base == null || baseDigest != null;
    }

    /** The fingerprint of everything the image depends on. */
    public String key() {
        Fingerprint key = new Fingerprint("image/1")
                .add(function)
                .add(platform.toString())
                .add(platform.os())
                .add(platform.architecture())
                .add(base == null ? null : base.toString())
                .add(baseDigest)
                .add(environment)
                .add(entrypoint)
                .add(user)
                .add(labels)
                .add(annotations);
        layers.forEach(layer -> key.add(layer.name()).add(layer.key()));
        return key.hex();
    }
}
