package dev.vfaas.ssh;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
 *
 * @param marker {@code @revoked}, {@code @cert-authority} or empty
 * @param names patterns separated by commas, or {@code |1|salt|hash}
 * @param line from 1
 */
record KnownHost(Path file, int line, String marker, String names, PublicKeyBlob key) {
    static final String REVOKED = "@revoked";
    static final String AUTHORITY = "@cert-authority";
    private static final String HASHED = "|1|";

    /** Reads a line; null for comments, empty lines and what is no entry. */
    static @Nullable KnownHost parse(Path file, int number, String text) {
        String line = text.strip();
        if (line.isEmpty() || line.startsWith("#")) {
            return null;
        }
        String[] words = line.split("[ \\t]+");
        int first = words[0].startsWith("@") ? 1 : 0;
        if (words.length < first + 3) {
            return null;
        }
        try {
            PublicKeyBlob key = PublicKeyBlob.ofBase64(words[first + 2]);
            return new KnownHost(file, number, first == 1 ? words[0] : "", words[first], key);
        } catch (IllegalArgumentException notAKey) {
            return null;
        }
    }

    /** Where it stands: {@code file:line}. */
    String where() {
        return file + ":" + line;
    }

    /** Whether the entry speaks of {@code name}, which is {@code host} or {@code [host]:port}. */
    boolean names(String name) {
        if (names.startsWith(HASHED)) {
            String[] parts = names.substring(HASHED.length()).split("\\|", -1);
            try {
                return parts.length == 2
                        && MessageDigest.isEqual(
                                Base64.getDecoder().decode(parts[1]),
                                hash(Base64.getDecoder().decode(parts[0]), name));
            } catch (IllegalArgumentException notBase64) {
                return false;
            }
        }
        boolean matched = false;
        for (String pattern : names.toLowerCase(Locale.ROOT).split(",")) {
            boolean negated = pattern.startsWith("!");
            if (Wildcards.match(negated ? pattern.substring(1) : pattern, name)) {
                if (negated) {
                    return false;
                }
                matched = true;
            }
        }
        return matched;
    }

    /** The name as HashKnownHosts writes it. */
    static String hashed(byte[] salt, String name) {
        Base64.Encoder base64 = Base64.getEncoder();
        return HASHED + base64.encodeToString(salt) + "|" + base64.encodeToString(hash(salt, name));
    }

    private static byte[] hash(byte[] salt, String name) {
        try {
            // SHA-1 is what the file format prescribes.
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(salt, "HmacSHA1"));
            return mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
