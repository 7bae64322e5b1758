package dev.vfaas.command;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) over a request body, as webhooks sign. */
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";
    private final SecretKeySpec key;

    Signature(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** In hexadecimal. */
    String of(byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is part of every Java runtime", e);
        }
    }
}
