package dev.vfaas.gateway.image;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Content that arrives in pieces. An upload is a file that grows, named by its id and its repository, and nothing else: it survives a restart of the
 * gateway, and the client goes on where the file ends. What was hashed on the way is kept in memory only to spare reading the file again.
 */
final class Uploads {
    private static final long NOT_HASHED = -1;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final BlobFiles files;
    private final Blobs blobs;
    private final InstantSource clock;
    private final Map<Path, Progress> progress = new ConcurrentHashMap<>();

    private static final class Progress {
        final ReentrantLock lock = new ReentrantLock();
        final MessageDigest digest = Digest.begin();
        long hashed;
    }

    Uploads(BlobFiles files, Blobs blobs, InstantSource clock) {
        this.files = files;
        this.blobs = blobs;
        this.clock = clock;
    }

    /** Begins an upload; returns its id. */
    String begin(String repository) throws IOException {
        String id = UUID.randomUUID().toString();
        PrivateFiles.createFile(file(repository, id));
        return id;
    }

    /** Bytes received so far. BLOB_UPLOAD_UNKNOWN. */
    long size(String repository, String id) throws IOException {
        try {
            return Files.size(file(repository, id));
        } catch (NoSuchFileException e) {
            throw RegistryFailure.uploadUnknown(id);
        }
    }

    /**
     * Adds a piece; returns the bytes received so far. When the client goes away in the middle, what came stays.
     *
     * @param start where the client says the piece begins, or -1 when it does not say
     * @throws RegistryFailure BLOB_UPLOAD_UNKNOWN, or BLOB_UPLOAD_INVALID (416) when the piece does not begin where the file ends
     */
    long append(String repository, String id, long start, InputStream body) throws IOException {
        size(repository, id); // unknown ones leave no trace below
        Path file = file(repository, id);
        Progress upload = progress.computeIfAbsent(file, f -> new Progress());
        upload.lock.lock();
        try {
            long size = size(repository, id);
            if (start >= 0 && start != size) {
                throw RegistryFailure.of(
                        416,
                        "BLOB_UPLOAD_INVALID",
                        "the piece begins at " + start + ", the upload has " + size + " bytes");
            }
            boolean hashedSoFar = upload.hashed == size;
            upload.hashed = NOT_HASHED; // until this piece is in whole
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.position(size);
                try {
                    long added = Blobs.copy(body, channel, upload.digest, file);
                    upload.hashed = hashedSoFar ? size + added : NOT_HASHED;
                    return size + added;
                } catch (RuntimeFailure e) {
                    channel.truncate(size); // a full disk gets back what did not help anyway
                    throw e;
                }
            }
        } finally {
            upload.lock.unlock();
        }
    }

    /** Verifies an upload and makes it a blob; on DIGEST_INVALID it is dropped. */
    void finish(String repository, String id, Digest expected) throws IOException {
        size(repository, id);
        Path file = file(repository, id);
        Progress upload = progress.computeIfAbsent(file, f -> new Progress());
        upload.lock.lock();
        try {
            long size = size(repository, id);
            Digest computed = size == upload.hashed ? Digest.of(upload.digest) : hash(file);
            if (!computed.equals(expected)) {
                Files.deleteIfExists(file);
            }
            Blobs.requireSame(expected, computed);
            blobs.keep(repository, expected, file);
        } finally {
            progress.remove(file);
            upload.lock.unlock();
        }
    }

    /** Forgets an upload. BLOB_UPLOAD_UNKNOWN. */
    void cancel(String repository, String id) throws IOException {
        Path file = file(repository, id);
        progress.remove(file);
        if (!Files.deleteIfExists(file)) {
            throw RegistryFailure.uploadUnknown(id);
        }
    }

    /** Forgets uploads nobody has added to for {@code idle}. */
    void sweep(Duration idle) throws IOException {
        long before = clock.millis() - idle.toMillis();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(files.uploads())) {
            for (Path file : all) {
                if (Files.getLastModifiedTime(file).toMillis() < before) {
                    progress.remove(file);
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** The name binds the id to the repository; an id of another one finds no file. */
    private Path file(String repository, String id) {
        if (!ID.matcher(id).matches()) {
            throw RegistryFailure.uploadUnknown(id);
        }
        String binding =
                Digest.of(repository.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
        return files.uploads().resolve(id + "." + binding);
    }

    private static Digest hash(Path file) throws IOException {
        MessageDigest digest = Digest.begin();
        try (FileChannel channel = FileChannel.open(file);
                InputStream in = Channels.newInputStream(channel)) {
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return Digest.of(digest);
    }
}
