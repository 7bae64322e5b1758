package dev.vfaas.gateway.http;

import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** HTTP Basic authentication (RFC 7617) with one user and password, and perhaps another one who may only read images. */
public final class BasicAuthentication {
    private final byte[] expected;
    private final byte @Nullable [] reader;

    public BasicAuthentication(String user, Secret password) {
        this(both(user, password), null);
    }

    private BasicAuthentication(byte[] expected, byte @Nullable [] reader) {
        this.expected = expected;
        this.reader = reader;
    }

    /** The same with one more user, who may read from the image store and nothing else: the cluster's nodes. */
    public BasicAuthentication withReader(String user, Secret password) {
        return new BasicAuthentication(expected, both(user, password));
    }

    private static byte[] both(String user, Secret password) {
        byte[] name = (user + ":").getBytes(StandardCharsets.UTF_8);
        byte[] secret = password.reveal();
        byte[] both = Arrays.copyOf(name, name.length + secret.length);
        System.arraycopy(secret, 0, both, name.length, secret.length);
        return both;
    }

    /** The Authorization header that proves knowledge of the password, for gateways that ask each other. */
    public Secret header() {
        return Secret.of("Basic " + Base64.getEncoder().encodeToString(expected));
    }

    /** Whether an Authorization header proves knowledge of the password; takes the same time whichever byte is wrong. */
    public boolean accepts(@Nullable String authorization) {
        return proves(authorization, expected);
    }

    /** Whether an Authorization header allows to read images. */
    public boolean acceptsReader(@Nullable String authorization) {
        return accepts(authorization) || reader != null && proves(authorization, reader);
    }

    private static boolean proves(@Nullable String authorization, byte[] expected) {
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
