package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.ImageStore;
import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** An image store whose images are written as one layer each, for tests of what runs them. */
final class LayerImages implements ImageStore {
    private final Path folder;
    private final Map<String, StoredImage> images = new ConcurrentHashMap<>();
    final Map<String, Integer> pins = new ConcurrentHashMap<>();

    LayerImages(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** Makes {@code reference} name an image with files of /home/app and an entrypoint; an earlier image of that name is no longer found. */
    StoredImage put(String reference, Map<String, String> files, String... entrypoint) throws IOException {
        byte[] content = new TreeMap<>(files)
                .toString()
                .concat(List.of(entrypoint).toString())
                .getBytes(StandardCharsets.UTF_8);
        String digest = digest(content);
        Path layer = folder.resolve(digest.replace(':', '-') + ".tar.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(layer));
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
                byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry("home/app/" + file.getKey());
                entry.setSize(bytes.length);
                entry.setMode(file.getValue().startsWith("#!") ? 0755 : 0644);
                tar.putArchiveEntry(entry);
                tar.write(bytes);
                tar.closeArchiveEntry();
            }
        }
        StoredImage image = new StoredImage(
                digest,
                List.of(layer),
                List.of("IN_IMAGE=yes"),
                List.of(entrypoint),
                "/home/app",
                Map.of(HostImage.LABEL, "host"),
                "linux",
                "amd64");
        images.put(reference, image);
        return image;
    }

    /** Makes {@code reference} name an image. */
    void put(String reference, StoredImage image) {
        images.put(reference, image);
    }

    @Override
    public StoredImage resolve(String reference) {
        StoredImage image = images.get(reference);
        if (image == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.INVALID, "no image " + reference);
        }
        return image;
    }

    @Override
    public PulledImage pulled(String reference) {
        throw new UnsupportedOperationException("nobody pulls from here");
    }

    @Override
    public void pin(String manifestDigest) {
        pins.merge(manifestDigest, 1, Integer::sum);
    }

    @Override
    public void unpin(String manifestDigest) {
        pins.computeIfPresent(manifestDigest, (digest, count) -> count == 1 ? null : count - 1);
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                    .digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
