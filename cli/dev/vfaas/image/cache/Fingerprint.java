package dev.vfaas.image.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The key of a cached result: a SHA-256 over everything the result depends on. Each part carries its length, so parts cannot run together. */
public final class Fingerprint {
    private final MessageDigest digest = sha256();

    /** A key of one kind of result; raise the number in {@code kind} when the way such results are made changes. */
    public Fingerprint(String kind) {
        add(kind);
    }

    /** Adds text; null differs from the empty text. */
    public Fingerprint add(@Nullable String part) {
        return part == null ? length(-1) : add(part.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds bytes. */
    public Fingerprint add(byte[] part) {
        length(part.length);
        digest.update(part);
        return this;
    }

    /** Adds a map in its own order. */
    public Fingerprint add(Map<String, String> parts) {
        length(parts.size());
        parts.forEach((key, value) -> add(key).add(value));
        return this;
    }

    /** Adds a list in its order. */
    public Fingerprint add(Iterable<String> parts) {
        parts.forEach(part -> add("+").add(part));
        return add("end");
    }

    private Fingerprint length(int length) {
        digest.update(
                new byte[] {(byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length});
        return this;
    }

    /** 64 hexadecimal digits; the fingerprint takes no more parts after this. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The SHA-256 of bytes in hexadecimal. */
    public static String hexOf(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /** A fresh SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
