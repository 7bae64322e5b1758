package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.ImageStore;
import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Images unpacked for running, one folder each by manifest digest, with a count of the revisions that use it. An image is pinned in the store, and its
 * folder kept, while the count is above zero.
 */
final class RootFolders {
    private static final String UNFINISHED = ".unfinished-";

    private final Path folder;
    private final ImageStore images;
    private final Map<String, Integer> users = new HashMap<>();
    private final Map<String, Object> locks = new HashMap<>();

    RootFolders(Path folder, ImageStore images) throws IOException {
        this.folder = folder;
        this.images = images;
        Files.createDirectories(folder);
    }

    /** Counts one more user of the image. */
    synchronized void use(StoredImage image) {
        if (users.merge(image.digest(), 1, Integer::sum) == 1) {
            images.pin(image.digest());
        }
    }

    /** Counts one user less; after the last, the folder is removed and the image no longer pinned. */
    void leave(StoredImage image) {
        synchronized (this) {
            if (users.merge(image.digest(), -1, Integer::sum) > 0) {
                return;
            }
            users.remove(image.digest());
            images.unpin(image.digest());
            locks.remove(image.digest());
            try {
                Path gone = Files.createTempDirectory(folder, UNFINISHED);
                if (Files.exists(root(image))) {
                    Files.move(root(image), gone.resolve("root"), StandardCopyOption.ATOMIC_MOVE);
                }
                LayerUnpacker.delete(gone);
            } catch (IOException e) {
                // what is left is removed at the next start
            }
        }
    }

    /**
     * The folder the image is unpacked in, made now if need be; callers hold a {@link #use}.
     *
     * @throws RuntimeFailure INVALID when the layers cannot be unpacked, NO_SPACE when the disk is full
     */
    Path prepare(StoredImage image) {
        Path root = root(image);
        Object lock;
        synchronized (this) {
            lock = locks.computeIfAbsent(image.digest(), digest -> new Object());
        }
        synchronized (lock) {
            if (Files.isDirectory(root)) {
                return root;
            }
            try {
                Path unfinished = Files.createTempDirectory(folder, UNFINISHED);
                try {
                    new LayerUnpacker(unfinished, HostImage.is(image)).unpack(image.layers());
                    Files.move(unfinished, root, StandardCopyOption.ATOMIC_MOVE);
                } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                    LayerUnpacker.delete(unfinished);
                } catch (IOException | RuntimeException e) {
                    LayerUnpacker.delete(unfinished);
                    throw e;
                }
                return root;
            } catch (IOException e) {
                String why = String.valueOf(e.getMessage());
                if (why.contains("No space left")) {
                    throw new RuntimeFailure(
                            RuntimeFailure.Kind.NO_SPACE,
                            "the disk is full: the image cannot be unpacked below " + folder,
                            e);
                }
                throw new RuntimeFailure(
                        RuntimeFailure.Kind.INVALID, "image " + image.digest() + " cannot be unpacked: " + why, e);
            }
        }
    }

    /** Removes folders no revision uses: what an earlier gateway left. */
    synchronized void sweep() throws IOException {
        Set<String> needed = users.keySet().stream().map(RootFolders::hex).collect(Collectors.toSet());
        try (var children = Files.list(folder)) {
            for (Path child : children.toList()) {
                if (!needed.contains(child.getFileName().toString())) {
                    LayerUnpacker.delete(child);
                }
            }
        }
    }

    private Path root(StoredImage image) {
        return folder.resolve(hex(image.digest()));
    }

    private static String hex(String digest) {
        return digest.substring(digest.indexOf(':') + 1).replaceAll("[^0-9A-Za-z]", "_");
    }
}
