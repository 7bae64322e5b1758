package dev.vfaas.gateway.image;

import dev.vfaas.gateway.store.FullDisk;
import dev.vfaas.gateway.store.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Brings content into the store: the file first, synced and under its digest, then its row; in that order nothing is promised that is not there. */
final class Blobs {
    private static final int BUFFER = 64 * 1024;

    private final BlobFiles files;
    private final ImageCatalog catalog;

    Blobs(BlobFiles files, ImageCatalog catalog) {
        this.files = files;
        this.catalog = catalog;
    }

    /** Stores a stream in one go. RegistryFailure DIGEST_INVALID, RuntimeFailure NO_SPACE; IOException when the client goes away. */
    void store(String repository, Digest expected, InputStream body) throws IOException {
        Path temporary = files.newIncoming();
        try {
            MessageDigest computed = Digest.begin();
            try (FileChannel channel = PrivateFiles.openNew(temporary)) {
                copy(body, channel, computed, temporary);
            }
            requireSame(expected, Digest.of(computed));
            keep(repository, expected, temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Stores a manifest's bytes and its rows. */
    void storeManifest(String repository, Manifest manifest, Digest digest, byte[] bytes, @Nullable String tag)
            throws IOException {
        Path temporary = files.newIncoming();
        files.lock(digest).lock();
        try {
            try (FileChannel channel = PrivateFiles.openNew(temporary)) {
                channel.write(ByteBuffer.wrap(bytes));
            }
            files.moveIn(temporary, digest);
            catalog.putManifest(repository, manifest, digest, bytes.length, tag);
        } catch (IOException e) {
            throw storing(e, temporary);
        } finally {
            files.lock(digest).unlock();
            Files.deleteIfExists(temporary);
        }
    }

    /** Gives a finished, verified file its place and row. */
    void keep(String repository, Digest digest, Path finished) throws IOException {
        files.lock(digest).lock();
        try {
            long size = Files.size(finished);
            files.moveIn(finished, digest);
            catalog.addBlob(repository, digest, size);
        } catch (IOException e) {
            throw storing(e, finished);
        } finally {
            files.lock(digest).unlock();
        }
    }

    /**
     * Copies until the stream ends; returns the number of bytes. What was written is in {@code digest} also when this throws.
     *
     * @throws IOException when reading fails; a failing write is RuntimeFailure NO_SPACE or an IOException
     */
    static long copy(InputStream body, FileChannel channel, MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long total = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            try {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                throw storing(e, file);
            }
            digest.update(buffer, 0, read);
            total += read;
        }
        return total;
    }

    static void requireSame(Digest expected, Digest computed) {
        if (!expected.equals(computed)) {
            throw RegistryFailure.digestInvalid("the content has digest " + computed + ", not " + expected);
        }
    }

    private static IOException storing(IOException e, Path file) {
        if (FullDisk.explains(e, file)) {
            throw FullDisk.failure("The image", file, e);
        }
        return e;
    }
}
