package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.ProgramFiles;
import dev.vfaas.image.Platform;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.image.gateway.GatewayImageBuilder;
import dev.vfaas.image.gateway.ReleasedImages;
import dev.vfaas.provision.k3s.Architecture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's image for commands: that of the release, or one made of this program's jars and kept in the cache. */
final class GatewayImages {
    private final Session session;
    private final List<Path> classPath;

    GatewayImages(Session session) {
        this(session, ProgramFiles.ofThisProcess().classPath());
    }

    /** @param classPath of this program */
    GatewayImages(Session session, List<Path> classPath) {
        this.session = session;
        this.classPath = List.copyOf(classPath);
    }

    /** The image for a server. @param machine as {@code uname -m} names it there; a preflight failure for one there is no image for */
    GatewayImage forMachine(String machine) {
        return switch (Architecture.of(machine)) {
            case AMD64 -> image(Platform.LINUX_AMD64);
            case ARM64 -> image(Platform.LINUX_ARM64);
            case ARM ->
                throw Failure.of(
                                ExitCode.PREFLIGHT,
                                "the gateway's image is made for x86_64 and aarch64, and uname -m says " + machine
                                        + " on the server")
                        .next("vfaas up HOST --stack none, or a 64-bit system on the server");
        };
    }

    /** The image for a platform; made on first need, which takes some seconds and is told on stderr. */
    GatewayImage image(Platform platform) {
        Path released = classPath.getFirst().toAbsolutePath().resolveSibling("gateway-image");
        return new ReleasedImages(released)
                .image(platform)
                .orElseGet(() -> builder()
                        .image(
                                platform,
                                prepared(platform),
                                () -> session.console()
                                        .info("making the gateway's image for " + platform
                                                + ", once for this version of vfaas")));
    }

    private GatewayImageBuilder builder() {
        return new GatewayImageBuilder(
                new BuildCache(session.environment().cacheDirectory().resolve("build")),
                classPath,
                Path.of(System.getProperty("java.home")));
    }

    /** What scripts/gateway-runtime prepared for a platform that is not this machine's, in $VFAAS_GATEWAY_RUNTIME/linux-ARCH or the cache. */
    private @Nullable Path prepared(Platform platform) {
        String folder = session.environment().variables().get("VFAAS_GATEWAY_RUNTIME");
        Path base = folder == null || folder.isEmpty()
                ? session.environment().cacheDirectory().resolve("gateway-runtime")
                : session.environment().resolve(folder);
        Path path = base.resolve(platform.os() + "-" + platform.architecture());
        return Files.isDirectory(path.resolve("usr/lib/vfaas/runtime")) ? path : null;
    }
}
