package dev.vfaas.image.registry;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.image.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Fetches blobs into the cache. */
final class Blobs {
    private Blobs() {}

    /** The file of a blob, fetched when the cache lacks it; refused when its bytes do not have its digest. */
    static Path fetch(Registries.Location from, Descriptor blob, BuildCache cache) throws InterruptedException {
        return cache.exclusively(blob.digest().replace(':', '-'), () -> {
            if (cache.blob(blob.digest()).isPresent()) {
                return cache.blobPath(blob.digest());
            }
            Path work = cache.workFolder();
            MessageDigest sha256 = Fingerprint.sha256();
            Path file = work.resolve("blob");
            try (InputStream in = new DigestInputStream(from.client().blob(from.repository(), blob.digest()), sha256)) {
                Files.copy(in, file);
                String digest = "sha256:" + HexFormat.of().formatHex(sha256.digest());
                if (!digest.equals(blob.digest())) {
                    throw Failure.failed(from.client().registry().name() + " sent other bytes than " + blob.digest());
                }
                cache.adoptBlob(file, digest);
                return cache.blobPath(digest);
            } catch (IOException e) {
                throw Failure.failed("cannot fetch the blob " + blob.digest() + " of " + from.repository() + " from "
                                + from.client().registry().name() + ": " + e.getMessage())
                        .because(e);
            } finally {
                FolderRemoval.remove(work);
            }
        });
    }
}
