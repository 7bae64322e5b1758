package dev.vfaas.image.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps the cache bounded: at most once a day it removes what no build used for a month, then, while blobs take more than their limit, the blobs used
 * longest ago. A build that misses something makes it again.
 */
public final class Pruning {
    private static final Duration UNUSED = Duration.ofDays(30);
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final Duration INTERVAL = Duration.ofDays(1);
    private static final long MOST_BYTES = 10L << 30;

    private final BuildCache cache;
    private final long mostBytes;

    public Pruning(BuildCache cache) {
        this(cache, MOST_BYTES);
    }

    Pruning(BuildCache cache, long mostBytes) {
        this.cache = cache;
        this.mostBytes = mostBytes;
    }

    /** Prunes unless that was done within a day; true when it did. What cannot be removed is left. */
    public boolean ifDue() {
        Path marker = cache.root().resolve("pruned");
        Instant now = Instant.now();
        try {
            if (!Files.isDirectory(cache.root())
                    || (Files.exists(marker)
                            && Files.getLastModifiedTime(marker).toInstant().isAfter(now.minus(INTERVAL)))) {
                return false;
            }
            if (!Files.exists(marker)) {
                Files.createFile(marker);
            }
            Files.setLastModifiedTime(marker, FileTime.from(now));
            prune(now);
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false; // a cache that cannot be pruned is no reason to fail a build
        }
    }

    private void prune(Instant now) throws IOException {
        for (Path work : children("work")) {
            if (unusedSince(work, now.minus(ABANDONED))) {
                FolderRemoval.remove(work);
            }
        }
        for (Path folder : children("records")) {
            removeUnused(children("records/" + folder.getFileName()), now);
        }
        removeUnused(children("templates"), now);
        removeUnused(children("locks"), now);
        removeUnused(children("blobs/sha256"), now);
        record Blob(Path path, long size, FileTime used) {}
        List<Blob> blobs = new ArrayList<>();
        long total = 0;
        for (Path path : children("blobs/sha256")) {
            Blob blob = new Blob(path, Files.size(path), Files.getLastModifiedTime(path));
            blobs.add(blob);
            total += blob.size();
        }
        blobs.sort(Comparator.comparing(Blob::used));
        for (Blob blob : blobs) {
            if (total <= mostBytes) {
                break;
            }
            Files.deleteIfExists(blob.path());
            total -= blob.size();
        }
    }

    private static void removeUnused(List<Path> entries, Instant now) throws IOException {
        for (Path entry : entries) {
            if (unusedSince(entry, now.minus(UNUSED))) {
                FolderRemoval.remove(entry);
            }
        }
    }

    private static boolean unusedSince(Path entry, Instant instant) throws IOException {
        return Files.exists(entry)
                && Files.getLastModifiedTime(entry).toInstant().isBefore(instant);
    }

    private List<Path> children(String folder) throws IOException {
        Path path = cache.root().resolve(folder);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> listing = Files.list(path)) {
            return listing.toList();
        }
    }
}
