package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.store.FullDisk;
import dev.vfaas.gateway.store.PrivateFiles;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;

/** Bodies too big for the database, one 0600 file each; the queue's rows name them. */
public final class BodyFiles {
    private static final Duration YOUNG = Duration.ofMinutes(1);

    /** Up to here a body lives in its row, where it costs no sync of its own. */
    public static final int INLINE_BYTES = 32 * 1024;

    private final Path folder;

    /** A body that is larger than allowed. */
    public static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        TooLarge(long limit) {
            super("the body is larger than " + limit + " bytes");
        }
    }

    /** Bodies in {@code folder}, which is made. */
    public BodyFiles(Path folder) throws IOException {
        this.folder = folder;
        PrivateFiles.createFolder(folder);
    }

    /** Where they are. */
    File folder() {
        return folder.toFile();
    }

    /**
     * Reads a body to its end.
     *
     * @param durable whether a file is synced, name and content, before this returns
     * @throws TooLarge with nothing kept
     */
    public CallBody receive(InputStream body, long limit, boolean durable) throws IOException {
        byte[] head = body.readNBytes((int) Math.min(INLINE_BYTES, limit) + 1);
        if (head.length > limit) {
            throw new TooLarge(limit);
        }
        if (head.length <= INLINE_BYTES) {
            return new CallBody.Bytes(head);
        }
        Path file = folder.resolve(UUID.randomUUID().toString());
        boolean kept = false;
        try (FileChannel channel = PrivateFiles.openNew(file)) {
            long total = head.length;
            byte[] buffer = head;
            for (int read = head.length; read >= 0; read = body.read(buffer)) {
                total += buffer == head ? 0 : read;
                if (total > limit) {
                    throw new TooLarge(limit);
                }
                write(channel, ByteBuffer.wrap(buffer, 0, read), file);
                buffer = buffer == head ? new byte[INLINE_BYTES] : buffer;
            }
            if (durable) {
                channel.force(true);
                PrivateFiles.syncFolder(folder);
            }
            kept = true;
            return new CallBody.Stored(file);
        } finally {
            if (!kept) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Opens a new 0600 file for writing. */
    public static OutputStream fresh(Path file) throws IOException {
        return Channels.newOutputStream(PrivateFiles.openNew(file));
    }

    /** The file of that name. */
    CallBody.Stored stored(String name) {
        return new CallBody.Stored(folder.resolve(name));
    }

    /** Forgets a body. */
    public void delete(CallBody body) {
        if (body instanceof CallBody.Stored(Path file)) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // the next start removes what no row names
            }
        }
    }

    /** Removes files a crash left without a row. */
    void keepOnly(Set<String> names) throws IOException {
        keepOnly(names, YOUNG);
    }

    /** Removes files with other names, unless they are younger than {@code age}: another gateway may be using the folder too. */
    public void keepOnly(Set<String> names, Duration age) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                // A young one may be of a call that another gateway, which this one takes over from, is accepting just
                // now.
                if (!names.contains(file.getFileName().toString())
                        && Files.getLastModifiedTime(file)
                                .toInstant()
                                .isBefore(Instant.now().minus(age))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, Path file) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            if (FullDisk.explains(e, file)) {
                throw FullDisk.failure("The call", file, e);
            }
            throw e;
        }
    }
}
