package dev.vfaas.gateway.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An image of the store, resolved for this machine: what a runtime needs to start a replica.
 *
 * @param digest of the manifest, {@code sha256:...}
 * @param layers files of the layer blobs, lowest first, tar or gzipped or zstd-compressed tar
 * @param environment {@code NAME=value} in order
 * @param entrypoint of the configuration, followed by its command
 * @param workingDirectory absolute inside the image, {@code /} when unset
 */
public record StoredImage(
        String digest,
        List<Path> layers,
        List<String> environment,
        List<String> entrypoint,
        String workingDirectory,
        Map<String, String> labels,
        String os,
        String architecture) {}
