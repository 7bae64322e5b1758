package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.toolchain.Component;
import java.time.Duration;
import java.util.List;

/** How one function's build ended. */
public sealed interface FunctionResult {
    /** The function's name. */
    String function();

    /** From its start to its end. */
    Duration elapsed();

    /**
     * It has an image.
     *
     * @param digest of what the name stands for: a manifest, or the index of several platforms
     * @param platforms in the order they were asked for
     * @param cached nothing had to be made
     * @param pushed the target has it (whether it was sent now or was there)
     */
    record Built(
            String function,
            ImageReference image,
            String digest,
            List<PlatformImage> platforms,
            boolean cached,
            boolean pushed,
            Duration elapsed)
            implements FunctionResult {

        /** {@code name@sha256:HEX}: exactly this image, wherever its tag moves. */
        public String pinned() {
            return image.name() + "@" + digest;
        }
    }

    /**
     * The image of one platform.
     *
     * @param digest of its manifest
     * @param size what its own layers take compressed, without the base, in bytes
     * @param components what the toolchain resolved, for the SBOM
     */
    record PlatformImage(
            Platform platform, String digest, long size, boolean cached, ImagePlan plan, List<Component> components) {}

    /**
     * It has none.
     *
     * @param log what the tools said, in order
     */
    record Failed(String function, Failure failure, List<String> log, Duration elapsed) implements FunctionResult {}
}
