package dev.vfaas.image.cache;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SHA-256 of a folder's files, remembered by their size, modification time and inode, so that unchanged files are not read again.
 *
 * <p>A file that changed less than two seconds before it was hashed is not remembered: a later change in the same tick of a coarse clock would
 * go unseen.
 */
public final class FileHashes {
    private static final String KIND = "hashes";
    private static final long SETTLED_MILLIS = 2_000;

    private final BuildCache cache;
    private final String key;
    private final Map<String, String> known;
    private final Map<String, String> seen = new ConcurrentHashMap<>();

    /** What is remembered of the files under that folder. */
    public FileHashes(BuildCache cache, Path folder) {
        this.cache = cache;
        this.key = new Fingerprint("hashes/1").add(folder.toString()).hex();
        this.known = cache.record(KIND, key).orElseGet(HashMap::new);
    }

    /** The SHA-256 of a regular file in hexadecimal; thread-safe. */
    public String of(Path file, BasicFileAttributes attributes) {
        String identity = Fingerprint.hexOf((file + "\0" + attributes.size() + "\0"
                        + attributes.lastModifiedTime().toInstant() + "\0" + attributes.fileKey())
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String hash = known.get(identity);
        if (hash == null) {
            hash = hash(file);
            if (System.currentTimeMillis() - attributes.lastModifiedTime().toMillis() < SETTLED_MILLIS) {
                return hash;
            }
        }
        seen.put(identity, hash);
        return hash;
    }

    /** Remembers what {@link #of} saw, and forgets files that are gone. */
    public void save() {
        if (!seen.equals(known)) {
            cache.putRecord(KIND, key, new TreeMap<>(seen));
        }
    }

    private static String hash(Path file) {
        MessageDigest digest = Fingerprint.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[65_536];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
