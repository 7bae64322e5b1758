package dev.vfaas.gateway.image;

import dev.vfaas.gateway.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Content by digest: {@code blobs/sha256/ab/ab12...} holds whole, verified content only; a file gets there by a rename after it was synced. Beside it
 * {@code uploads/} keeps what clients send in pieces and {@code incoming/} what is being written in one go, which a start clears of
 * what is old: another gateway that shares the folder may be writing.
 */
final class BlobFiles {
    private static final Pattern HEX = Pattern.compile("[a-f0-9]{64}");
    private static final int LOCKS = 64;
    private static final Duration LEFT_BEHIND = Duration.ofHours(1);

    private final Path blobs;
    private final Path uploads;
    private final Path incoming;
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    /** Creates the folders, 0700, and removes what a crash left in {@code incoming/} an hour ago or earlier. */
    BlobFiles(Path folder) throws IOException {
        blobs = folder.resolve("blobs/sha256");
        uploads = folder.resolve("uploads");
        incoming = folder.resolve("incoming");
        for (Path each : List.of(blobs, uploads, incoming)) {
            PrivateFiles.createFolder(each);
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(incoming)) {
            Instant old = Instant.now().minus(LEFT_BEHIND);
            for (Path file : left) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    // the gateway that writes it has finished
                }
            }
        }
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** Where the content is, or would be. */
    Path path(Digest digest) {
        return shard(digest).resolve(digest.hex());
    }

    private Path shard(Digest digest) {
        return blobs.resolve(digest.hex().substring(0, 2));
    }

    Path uploads() {
        return uploads;
    }

    /** A name for content that is being written. */
    Path newIncoming() {
        return incoming.resolve(UUID.randomUUID().toString());
    }

    /** Whether the content is there with that size. */
    boolean holds(Digest digest, long size) {
        try {
            return Files.size(path(digest)) == size;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Held while content and its row in the database come or go together, so that a collection never deletes a file that a push just brought. Not
     * to be taken on the database's writer thread.
     */
    ReentrantLock lock(Digest digest) {
        return locks[Integer.parseInt(digest.hex().substring(0, 2), 16) % LOCKS];
    }

    /** Syncs a finished, verified file and gives it its name; call with the {@link #lock}. */
    void moveIn(Path finished, Digest digest) throws IOException {
        try (FileChannel channel = FileChannel.open(finished, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Path shard = shard(digest);
        if (!Files.isDirectory(shard)) {
            PrivateFiles.createFolder(shard);
            PrivateFiles.syncFolder(blobs);
        }
        PrivateFiles.moveInto(finished, path(digest));
    }

    /** Removes content; call with the {@link #lock}. */
    void delete(Digest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    /** Every content there is. */
    List<Digest> all() throws IOException {
        List<Digest> found = new ArrayList<>();
        try (DirectoryStream<Path> shards = Files.newDirectoryStream(blobs)) {
            for (Path shard : shards) {
                try (Stream<Path> files = Files.list(shard)) {
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> HEX.matcher(name).matches())
                            .map(Digest::new)
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    /** Size of content that is there. */
    long size(Digest digest) throws NoSuchFileException, IOException {
        return Files.size(path(digest));
    }
}
