package dev.vfaas.image.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Removes folders of the cache. */
public final class FolderRemoval {
    private FolderRemoval() {}

    /** Removes a folder and all it holds, never what its links point to; what cannot be removed stays for {@link Pruning}. */
    public static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // Rubbish in a cache is no reason to fail a build.
        }
    }
}
