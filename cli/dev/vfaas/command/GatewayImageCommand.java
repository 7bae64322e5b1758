package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.image.Platform;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.image.gateway.ReleasedImages;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas gateway image}. */
@Command(
        name = "image",
        description = {
            "Make the image of the gateway that vfaas up HOST puts on servers, and show what it holds",
            "It is made of vfaas's own jars and a Java runtime, without a base image; vfaas up HOST makes it by itself."
        },
        footer = {
            "",
            "JSON: {platform, image, digest, size, trained, layers: {name: bytes}}",
            "",
            "Examples:",
            "  vfaas gateway image",
            "  vfaas gateway image --platform linux/arm64"
        })
final class GatewayImageCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            description = "linux/amd64 or linux/arm64 (default: linux on this machine's architecture)")
    @Nullable
    String platform;

    @Option(names = "--release", paramLabel = "DIR", hidden = true, description = "also put it into a release's folder")
    @Nullable
    String release;

    @Mixin
    OutputOptions output = new OutputOptions();

    GatewayImageCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Platform wanted = platform == null
                ? Platform.parse("linux/" + Platform.ofHost().architecture())
                : Platform.parse(platform);
        if (wanted.host()) {
            throw Failure.usage("--platform host: the gateway's image is for servers; linux/amd64 or linux/arm64");
        }
        GatewayImage image = new GatewayImages(session).image(wanted);
        if (release != null) {
            try {
                new ReleasedImages(session.environment().resolve(release)).put(image);
            } catch (IOException e) {
                throw Failure.failed("the image could not be put into " + release + ": " + e)
                        .because(e);
            }
        }
        output.show(session.console(), view(image));
        return ExitCode.OK.code();
    }

    private static View view(GatewayImage image) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("platform", image.platform().toString());
        data.put("image", image.reference(GatewayImage.GATEWAY));
        data.put("digest", image.descriptor(GatewayImage.GATEWAY).digest());
        data.put("size", image.size());
        data.put("trained", image.trained());
        data.put("layers", image.layers());
        String name = image.reference(GatewayImage.GATEWAY);
        return new View(data, () -> human(image, name), () -> List.of(name));
    }

    private static String human(GatewayImage image, String name) {
        Table table = Table.of("LAYER", "MIB");
        image.layers().forEach((layer, size) -> table.row(layer, mebibytes(size)));
        table.row("all", mebibytes(image.size()));
        return table + "\n" + name
                + (image.trained() ? "" : "\nwithout an ahead-of-time cache: this machine cannot run its Java");
    }

    private static String mebibytes(long bytes) {
        return String.format(java.util.Locale.ROOT, "%.1f", bytes / 1048576.0);
    }
}
