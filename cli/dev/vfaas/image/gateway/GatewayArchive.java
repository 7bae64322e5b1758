package dev.vfaas.image.gateway;

import dev.vfaas.image.oci.Descriptor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The gateway's image as an OCI image layout (OCI image specification 1.1) in a tar archive, whole or without blobs that are already where it goes. */
public final class GatewayArchive {
    private static final int BUFFER = 65_536;

    private final GatewayImage image;

    public GatewayArchive(GatewayImage image) {
        this.image = image;
    }

    /** Writes index and layout, which come first, and these blobs of the image. */
    public void write(Path file, Collection<Descriptor> blobs) throws IOException {
        TreeMap<String, Path> sorted = new TreeMap<>();
        blobs.forEach(blob -> sorted.put(image.blob(blob).getFileName().toString(), image.blob(blob)));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name())) {
            put(tar, "index.json", image.index().getBytes(StandardCharsets.UTF_8));
            put(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
            for (var blob : sorted.entrySet()) {
                tar.putArchiveEntry(entry("blobs/sha256/" + blob.getKey(), Files.size(blob.getValue())));
                Files.copy(blob.getValue(), tar);
                tar.closeArchiveEntry();
            }
            tar.finish();
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
}
