package dev.vfaas.image.gateway;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.image.oci.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Gateway images a release of vfaas brings: a folder with a file for each platform ({@code linux-amd64}) that lists blobs, and blobs/sha256/HEX. */
public final class ReleasedImages {
    private final Path folder;

    public ReleasedImages(Path folder) {
        this.folder = folder;
    }

    /** The image for a platform, if the release brings it. */
    public Optional<GatewayImage> image(Platform platform) {
        Path file = file(platform);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    fields.put(line.substring(0, space), line.substring(space + 1));
                }
            }
            GatewayImage image = GatewayImageText.image(platform, fields, blobs());
            for (Descriptor blob : image.blobs()) {
                Path there = image.blob(blob);
                if (!Files.isRegularFile(there) || Files.size(there) != blob.size()) {
                    throw Failure.failed("the gateway's image of this release is not whole: " + there
                                    + " is missing or cut off")
                            .next("unpack the release's archive again");
                }
            }
            return Optional.of(image);
        } catch (IOException e) {
            throw Failure.failed("the gateway's image of this release cannot be read: " + e)
                    .because(e);
        }
    }

    /** Adds an image. */
    public void put(GatewayImage image) throws IOException {
        Files.createDirectories(blobs());
        for (Descriptor blob : image.blobs()) {
            Path from = image.blob(blob);
            Files.copy(from, blobs().resolve(from.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
        }
        StringBuilder text = new StringBuilder();
        GatewayImageText.fields(image)
                .forEach((name, value) ->
                        text.append(name).append(' ').append(value).append('\n'));
        Files.writeString(file(image.platform()), text);
    }

    private Path file(Platform platform) {
        return folder.resolve(platform.os() + "-" + platform.architecture());
    }

    private Path blobs() {
        return folder.resolve("blobs").resolve("sha256");
    }
}
