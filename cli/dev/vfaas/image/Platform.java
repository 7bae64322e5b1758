package dev.vfaas.image;

import dev.vfaas.console.Failure;
import java.util.Locale;

/**
 * What an image runs on: an operating system and architecture in the names of the OCI image specification (GOOS, GOARCH), or this very machine
 * without a base image.
 *
 * @param os {@code linux}, {@code darwin}, {@code windows}
 * @param architecture {@code amd64} or {@code arm64}
 * @param host true when the image is for the embedded runtime of this machine: no base image, dependencies for this machine's interpreters
 */
public record Platform(String os, String architecture, boolean host) {
    public static final Platform LINUX_AMD64 = new Platform("linux", "amd64", false);
    public static final Platform LINUX_ARM64 = new Platform("linux", "arm64", false);

    /** This machine, for the embedded runtime. */
    public static Platform ofHost() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return new Platform(
                os.startsWith("mac") ? "darwin" : os.startsWith("win") ? "windows" : "linux",
                arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "amd64",
                true);
    }

    /** Reads {@code host}, {@code linux/amd64} or {@code linux/arm64}; anything else is a usage failure that names the choices. */
    public static Platform parse(String text) {
        return switch (text.strip()) {
            case "host" -> ofHost();
            case "linux/amd64", "amd64" -> LINUX_AMD64;
            case "linux/arm64", "linux/arm64/v8", "arm64" -> LINUX_ARM64;
            default ->
                throw Failure.usage(
                        "platform \"" + text + "\" is not one vfaas builds for: linux/amd64, linux/arm64 or host");
        };
    }

    @Override
    public String toString() {
        return host ? "host" : os + "/" + architecture;
    }
}
