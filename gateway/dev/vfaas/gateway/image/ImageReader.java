package dev.vfaas.gateway.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a stored image for the runtime: reference, index, manifest, configuration. */
final class ImageReader {
    private final BlobFiles files;
    private final ImageCatalog catalog;
    private final Machine machine;
    private final ObjectMapper json;

    ImageReader(BlobFiles files, ImageCatalog catalog, Machine machine, ObjectMapper json) {
        this.files = files;
        this.catalog = catalog;
        this.machine = machine;
        this.json = json;
    }

    /** See {@link ImageStore#resolve}. */
    StoredImage read(String reference) {
        ImageReference parsed = ImageReference.parse(reference);
        ImageCatalog.Stored stored = catalog.relyOnManifest(parsed.repository(), parsed);
        if (stored == null) {
            throw invalid("image " + parsed + " is not in this gateway's image store; push it first (vfaas up does)");
        }
        try {
            Manifest manifest = manifest(stored.digest());
            Digest digest = stored.digest();
            if (manifest.isIndex()) {
                digest = entryForThisMachine(parsed, manifest);
                manifest = manifest(digest);
            }
            return image(parsed, digest, manifest);
        } catch (IOException | RegistryFailure e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL, "image " + parsed + " cannot be read from the image store: " + e, e);
        }
    }

    /** See {@link ImageStore#pulled}. */
    ImageStore.@Nullable PulledImage pulled(String reference) {
        ImageReference parsed = ImageReference.parse(reference);
        ImageCatalog.Stored stored = catalog.relyOnManifest(parsed.repository(), parsed);
        if (stored == null) {
            return null;
        }
        try {
            Manifest manifest = manifest(stored.digest());
            if (!manifest.isIndex()
                    && "host"
                            .equals(image(parsed, stored.digest(), manifest)
                                    .labels()
                                    .get("dev.vfaas.platform"))) {
                throw invalid(
                        "image " + parsed + " is built for processes of a machine, not for containers; build it with"
                                + " --platform linux/amd64 (or the nodes' platform) and push it again");
            }
            return new ImageStore.PulledImage(
                    parsed.repository(), stored.digest().toString());
        } catch (IOException | RegistryFailure e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL, "image " + parsed + " cannot be read from the image store: " + e, e);
        }
    }

    private Digest entryForThisMachine(ImageReference reference, Manifest index) {
        for (Manifest.Child child : index.children()) {
            if (child.os().equals(machine.os()) && child.architecture().equals(machine.architecture())) {
                return child.digest();
            }
        }
        String offered = index.children().stream()
                .map(child -> child.os() + "/" + child.architecture())
                .filter(platform -> !platform.startsWith("unknown/")) // attestations
                .distinct()
                .collect(Collectors.joining(", "));
        throw invalid("image " + reference + " is not built for this machine, " + machine + ", but for " + offered);
    }

    private StoredImage image(ImageReference reference, Digest digest, Manifest manifest) throws IOException {
        Digest configDigest = manifest.config();
        if (configDigest == null) {
            throw invalid("image " + reference + " is an index inside an index, which cannot run");
        }
        JsonNode document = json.readTree(Files.readAllBytes(files.path(configDigest)));
        JsonNode config = document.path("config");
        List<Path> layers = new ArrayList<>();
        for (Manifest.Layer layer : manifest.layers()) {
            Path file = files.path(layer.digest());
            if (!Files.exists(file)) {
                throw invalid("layer " + layer.digest() + " of image " + reference + " is not in the image store"
                        + (layer.foreign()
                                ? ": it is a foreign layer, which is not pushed"
                                : "; push the image again"));
            }
            layers.add(file);
        }
        List<String> entrypoint = strings(config.get("Entrypoint"));
        entrypoint.addAll(strings(config.get("Cmd")));
        Map<String, String> labels = new LinkedHashMap<>();
        config.path("Labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        String workingDirectory = config.path("WorkingDir").asText("");
        return new StoredImage(
                digest.toString(),
                List.copyOf(layers),
                List.copyOf(strings(config.get("Env"))),
                List.copyOf(entrypoint),
                workingDirectory.isEmpty() ? "/" : workingDirectory,
                Map.copyOf(labels),
                document.path("os").asText(machine.os()),
                document.path("architecture").asText(machine.architecture()));
    }

    private Manifest manifest(Digest digest) throws IOException {
        return Manifest.parse(Files.readAllBytes(files.path(digest)), catalog.mediaType(digest), json);
    }

    private static List<String> strings(@Nullable JsonNode array) {
        List<String> values = new ArrayList<>();
        if (array != null) {
            array.forEach(value -> values.add(value.asText()));
        }
        return values;
    }

    private static RuntimeFailure invalid(String message) {
        return new RuntimeFailure(RuntimeFailure.Kind.INVALID, message);
    }
}
