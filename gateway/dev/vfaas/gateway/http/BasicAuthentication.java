package dev.vfaas.gateway.http;

import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** HTTP Basic authentication (RFC 7617) with one user and password. */
public final class BasicAuthentication {
    private final byte[] expected;

    public BasicAuthentication(String user, Secret password) {
        byte[] name = (user + ":").getBytes(StandardCharsets.UTF_8);
        byte[] secret = password.reveal();
        byte[] both = Arrays.copyOf(name, name.length + secret.length);
        System.arraycopy(secret, 0, both, name.length, secret.length);
        expected = both;
    }

    /** Whether an Authorization header proves knowledge of the password; takes the same time whichever byte is wrong. */
    public boolean accepts(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return false;
        }
        byte[] given;
        try {
            given = Base64.getDecoder().decode(authorization.substring(6).trim());
        } catch (IllegalArgumentException e) {
            return false;
        }
        return MessageDigest.isEqual(expected, given);
    }
}
