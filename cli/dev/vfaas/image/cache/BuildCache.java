package dev.vfaas.image.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The folder where builds keep what they may need again. Nothing in it is precious: any of it may be deleted at any time.
 *
 * <pre>
 * blobs/sha256/HEX     layers, configurations and manifests
 * records/KIND/KEY     results of work, by the fingerprint of what went in: lines "name value"
 * templates/KEY/       files of templates, extracted
 * work/                half-done work; whatever is older than a day is rubbish
 * locks/               one file a key, locked while its result is made
 * </pre>
 *
 * Files get their final name only when complete, so an interrupted build leaves nothing half; a file that is used gets a new modification time,
 * by which {@link Pruning} finds what nobody needs.
 */
public final class BuildCache {
    private static final Duration TOUCH_AFTER = Duration.ofHours(6);

    private final Path root;
    private final KeyLocks locks;

    /** A cache in that folder, which is made when something is written. */
    public BuildCache(Path root) {
        this.root = root;
        this.locks = new KeyLocks(root.resolve("locks"));
    }

    /** The cache's folder. */
    public Path root() {
        return root;
    }

    /** Runs work that makes the result of a key while no other build on this machine makes the same. */
    public <T> T exclusively(String key, KeyLocks.Work<T> work) throws InterruptedException {
        return locks.holding(key, work);
    }

    /** Where the blob of that digest ({@code sha256:HEX}) is or would be. */
    public Path blobPath(String digest) {
        return root.resolve("blobs").resolve("sha256").resolve(digest.substring(digest.indexOf(':') + 1));
    }

    /** The blob of that digest, if it is here. */
    public Optional<Path> blob(String digest) {
        Path path = blobPath(digest);
        return used(path) ? Optional.of(path) : Optional.empty();
    }

    /** Keeps bytes as a blob and returns their digest. */
    public String putBlob(byte[] bytes) {
        String digest = "sha256:" + Fingerprint.hexOf(bytes);
        Path path = blobPath(digest);
        if (!used(path)) {
            write(path, bytes);
        }
        return digest;
    }

    /** Moves a complete file into the blobs; the digest must be its own. */
    public void adoptBlob(Path file, String digest) {
        move(file, blobPath(digest));
    }

    /** The record of a key, if there is one. */
    public Optional<Map<String, String>> record(String kind, String key) {
        Path path = recordPath(kind, key);
        try {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String line : Files.readString(path).split("\n")) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    fields.put(line.substring(0, space), line.substring(space + 1));
                }
            }
            used(path);
            return Optional.of(fields);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the record of a key; names hold no space, values no line feed. */
    public void putRecord(String kind, String key, Map<String, String> fields) {
        StringBuilder text = new StringBuilder();
        fields.forEach(
                (name, value) -> text.append(name).append(' ').append(value).append('\n'));
        write(recordPath(kind, key), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Path recordPath(String kind, String key) {
        return root.resolve("records").resolve(kind).resolve(key);
    }

    /** A new empty folder for work in progress; the caller deletes it. */
    public Path workFolder() {
        try {
            return Files.createDirectories(
                    root.resolve("work").resolve(UUID.randomUUID().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file whole or not at all. */
    public void write(Path path, byte[] bytes) {
        try {
            Path temporary = Files.createDirectories(root.resolve("work"))
                    .resolve(UUID.randomUUID().toString());
            try {
                Files.write(temporary, bytes);
                move(temporary, path);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a file or folder of the cache is there; marks it as used, at most every few hours. */
    public boolean used(Path path) {
        try {
            Instant now = Instant.now();
            if (Files.getLastModifiedTime(path).toInstant().isBefore(now.minus(TOUCH_AFTER))) {
                Files.setLastModifiedTime(path, FileTime.from(now));
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
