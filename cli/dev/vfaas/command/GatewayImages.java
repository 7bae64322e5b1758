package dev.vfaas.command;

import dev.vfaas.image.Platform;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.image.gateway.GatewayImageBuilder;
import dev.vfaas.image.gateway.ReleasedImages;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's image for commands: that of the release, or one made of this program's jars and kept in the cache. */
final class GatewayImages {
    private final Session session;

    GatewayImages(Session session) {
        this.session = session;
    }

    /** The image for a platform; made on first need, which takes some seconds and is told on stderr. */
    GatewayImage image(Platform platform) {
        List<Path> classPath = classPath();
        Path released = classPath.getFirst().toAbsolutePath().resolveSibling("gateway-image");
        return new ReleasedImages(released)
                .image(platform)
                .orElseGet(() -> builder(classPath)
                        .image(
                                platform,
                                prepared(platform),
                                () -> session.console()
                                        .info("making the gateway's image for " + platform
                                                + ", once for this version of vfaas")));
    }

    private GatewayImageBuilder builder(List<Path> classPath) {
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

    private static List<Path> classPath() {
        return Arrays.stream(System.getProperty("vfaas.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }
}
