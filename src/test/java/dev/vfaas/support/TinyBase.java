package dev.vfaas.support;

import dev.vfaas.image.cache.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A base image of one file for two platforms, written as an OCI layout by hand and brought to a registry by skopeo. */
public final class TinyBase {
    private final Path layout;

    /** Writes it into an empty folder. */
    public TinyBase(Path layout) throws IOException {
        this.layout = layout;
        Files.createDirectories(layout.resolve("blobs/sha256"));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        String manifests = String.join(",", List.of(manifest("amd64"), manifest("arm64")));
        String index = blob(bytes("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                + "\"manifests\":[" + manifests + "]}"));
        Files.writeString(
                layout.resolve("index.json"),
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\"sha256:"
                        + index + "\",\"size\":"
                        + Files.size(layout.resolve("blobs/sha256").resolve(index))
                        + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"1\"}}]}");
    }

    /** Copies it to {@code HOST/library/tiny:1}. */
    public void pushTo(DockerRegistry registry) {
        DockerRegistry.runs(
                "skopeo",
                "copy",
                "--all",
                "--dest-tls-verify=false",
                "oci:" + layout + ":1",
                "docker://" + registry.host() + "/library/tiny:1");
    }

    private String manifest(String architecture) throws IOException {
        byte[] tar = tar("etc/base-" + architecture, "a base for " + architecture + "\n");
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(gzip)) {
            out.write(tar);
        }
        String layer = blob(gzip.toByteArray());
        byte[] config = bytes("{\"architecture\":\"" + architecture
                + "\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/usr/bin:/bin\",\"GREETING=base\"],\"Labels\":{\"base.label\":\"kept\"},"
                + "\"Cmd\":[\"/bin/sh\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:"
                + Fingerprint.hexOf(tar)
                + "\"]},\"history\":[{\"created_by\":\"by hand\"}]}");
        byte[] manifest = bytes("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                + "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:"
                + blob(config)
                + "\",\"size\":" + config.length
                + "},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:"
                + layer
                + "\",\"size\":" + gzip.size() + "}]}");
        return "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:" + blob(manifest)
                + "\",\"size\":" + manifest.length + ",\"platform\":{\"architecture\":\"" + architecture
                + "\",\"os\":\"linux\"}}";
    }

    private static byte[] tar(String name, String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(content.length());
            entry.setModTime(0L);
            tar.putArchiveEntry(entry);
            tar.write(bytes(content));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String blob(byte[] bytes) throws IOException {
        String hex = Fingerprint.hexOf(bytes);
        Files.write(layout.resolve("blobs/sha256").resolve(hex), bytes);
        return hex;
    }
}
