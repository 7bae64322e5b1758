package dev.vfaas.image.oci;

import dev.vfaas.console.Failure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes an OCI image layout (OCI image specification 1.1) as a tar archive: what skopeo, podman and containerd read as {@code oci-archive}. */
public final class OciArchive {

    /**
     * Writes the archive under a temporary name and moves it into place.
     *
     * @param blobs files named by their SHA-256 in hexadecimal; duplicates are written once
     * @param digest of the manifest or index the archive is about
     * @param name the image's full name, for containerd
     * @param tag the reference inside the layout, for skopeo and podman
     */
    public void write(Path file, List<Path> blobs, String digest, String mediaType, String name, String tag) {
        Path absolute = file.toAbsolutePath();
        Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".part");
        try {
            Path root = blobs.stream()
                    .filter(blob -> digest.endsWith(blob.getFileName().toString()))
                    .findFirst()
                    .orElseThrow();
            String index = """
                    {"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d,\
                    "annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}""".formatted(MediaTypes.INDEX, mediaType, digest, Files.size(root), name, tag);
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 65_536);
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name())) {
                tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
                put(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
                put(tar, "index.json", index.getBytes(StandardCharsets.UTF_8));
                for (Path blob : new TreeSet<>(blobs)) {
                    TarArchiveEntry entry = entry("blobs/sha256/" + blob.getFileName(), Files.size(blob));
                    tar.putArchiveEntry(entry);
                    Files.copy(blob, tar);
                    tar.closeArchiveEntry();
                }
                tar.finish();
            }
            Files.move(temporary, absolute, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Failure.failed("cannot write the archive " + file + ": " + e.getMessage())
                    .because(e);
        } finally {
            removeQuietly(temporary);
        }
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        tar.putArchiveEntry(entry(name, bytes.length));
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry entry(String name, long size) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        return entry;
    }

    private static void removeQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The first failure is what matters.
        }
    }
}
