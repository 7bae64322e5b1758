package dev.vfaas.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a build of one function for one platform would do.
 *
 * @param digest of the manifest when everything is in the cache already, else null
 */
public record DryRun(
        String function,
        ImageReference image,
        Platform platform,
        @Nullable String base,
        @Nullable String baseDigest,
        List<PlannedLayer> layers,
        @Nullable String digest) {

    /**
     * One layer, lowest first.
     *
     * @param files how many; null when that is known only once the toolchain has run
     * @param size what they hold together uncompressed, in bytes; null as above
     * @param digest of the compressed layer when it is in the cache
     */
    public record PlannedLayer(
            String name,
            @Nullable Integer files,
            @Nullable Long size,
            @Nullable String digest,
            boolean cached) {}
}
