package dev.vfaas.gateway.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A content digest of the OCI image specification, {@code sha256:} and 64 lower-case hex digits. SHA-256 is the one algorithm every client uses.
 *
 * @param hex the digits
 */
record Digest(String hex) {
    private static final Pattern FORM = Pattern.compile("sha256:([a-f0-9]{64})");

    /** Null when the text is not a digest. */
    static @Nullable Digest parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        var matcher = FORM.matcher(text);
        return matcher.matches() ? new Digest(matcher.group(1)) : null;
    }

    /** The digest of some bytes. */
    static Digest of(byte[] content) {
        return new Digest(HexFormat.of().formatHex(begin().digest(content)));
    }

    /** The digest a finished computation gave. */
    static Digest of(MessageDigest finished) {
        return new Digest(HexFormat.of().formatHex(finished.digest()));
    }

    /** Begins a computation. */
    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not usable in this Java runtime", e);
        }
    }

    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
