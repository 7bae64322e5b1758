package dev.vfaas.image.dockerfile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.MediaTypes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Takes the image of an archive into the cache's blobs: an OCI image layout, or what docker save writes. */
final class ImageArchive {
    private final BuildCache cache;
    private final ObjectMapper json = new ObjectMapper();

    ImageArchive(BuildCache cache) {
        this.cache = cache;
    }

    /** Takes the image for {@code platform} in and returns the digest of its manifest; {@code work} is an empty folder to unpack into. */
    String take(Path archive, String platform, Path work) {
        try {
            unpack(archive, work);
            if (Files.exists(work.resolve("index.json"))) {
                return layout(json.readTree(work.resolve("index.json").toFile()), platform, work);
            }
            return dockerArchive(
                    json.readTree(work.resolve("manifest.json").toFile()).path(0), work);
        } catch (IOException e) {
            throw Failure.failed("cannot read the image archive: " + e.getMessage())
                    .because(e);
        }
    }

    private static void unpack(Path archive, Path work) throws IOException {
        try (InputStream in = Files.newInputStream(archive);
                TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = work.resolve(entry.getName()).normalize();
                if (!target.startsWith(work)) {
                    throw new IOException("the entry " + entry.getName() + " leads out of the archive");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink() || entry.isLink()) {
                    // older dockers name a layer that occurs twice by a link
                    String to = entry.getLinkName();
                    Path link = (entry.isLink() ? work.resolve(to) : target.resolveSibling(to)).normalize();
                    if (link.startsWith(work) && Files.isRegularFile(link)) {
                        Files.copy(link, target);
                    }
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                }
            }
        }
    }

    private String layout(JsonNode index, String platform, Path work) throws IOException {
        JsonNode chosen = null;
        for (JsonNode entry : index.path("manifests")) {
            if (MediaTypes.isIndex(entry.path("mediaType").asText())) {
                return layout(json.readTree(blob(work, entry).toFile()), platform, work);
            }
            String of = entry.at("/platform/os").asText() + "/"
                    + entry.at("/platform/architecture").asText();
            if (chosen == null || of.equals(platform)) {
                chosen = entry;
            }
        }
        if (chosen == null) {
            throw new IOException("it holds no image");
        }
        JsonNode manifest = json.readTree(blob(work, chosen).toFile());
        adopt(work, manifest.path("config"));
        for (JsonNode layer : manifest.path("layers")) {
            adopt(work, layer);
        }
        return cache.putBlob(Files.readAllBytes(blob(work, chosen)));
    }

    private static Path blob(Path work, JsonNode descriptor) throws IOException {
        String digest = descriptor.path("digest").asText();
        Path blob = work.resolve("blobs").resolve(digest.replace(':', '/')).normalize();
        if (!blob.startsWith(work.resolve("blobs")) || !Files.isRegularFile(blob)) {
            throw new IOException("it lacks the blob " + digest);
        }
        return blob;
    }

    private void adopt(Path work, JsonNode descriptor) throws IOException {
        String digest = descriptor.path("digest").asText();
        if (cache.blob(digest).isEmpty()) {
            cache.adoptBlob(blob(work, descriptor), digest);
        }
    }

    /** The archive format of Docker before 25: plain layers, named in manifest.json. */
    private String dockerArchive(JsonNode entry, Path work) throws IOException {
        byte[] config = Files.readAllBytes(inside(work, entry.path("Config").asText()));
        ObjectNode manifest = json.createObjectNode();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MediaTypes.MANIFEST);
        manifest.set("config", descriptor(new Descriptor(MediaTypes.CONFIG, cache.putBlob(config), config.length)));
        ArrayNode layers = manifest.putArray("layers");
        for (JsonNode layer : entry.path("Layers")) {
            layers.add(descriptor(compressed(inside(work, layer.asText()), work)));
        }
        return cache.putBlob(json.writeValueAsBytes(manifest));
    }

    private static Path inside(Path work, String name) throws IOException {
        Path path = work.resolve(name).normalize();
        if (!path.startsWith(work) || !Files.isRegularFile(path)) {
            throw new IOException("it lacks " + name);
        }
        return path;
    }

    private Descriptor compressed(Path layer, Path work) throws IOException {
        MessageDigest sha256 = Fingerprint.sha256();
        Path file = work.resolve("compressed");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 65_536);
                OutputStream gzip = new GZIPOutputStream(new DigestOutputStream(out, sha256), 65_536)) {
            Files.copy(layer, gzip);
        }
        String digest = "sha256:" + HexFormat.of().formatHex(sha256.digest());
        long size = Files.size(file);
        cache.adoptBlob(file, digest);
        return new Descriptor(MediaTypes.LAYER_GZIP, digest, size);
    }

    private ObjectNode descriptor(Descriptor descriptor) {
        return json.createObjectNode()
                .put("mediaType", descriptor.mediaType())
                .put("digest", descriptor.digest())
                .put("size", descriptor.size());
    }
}
