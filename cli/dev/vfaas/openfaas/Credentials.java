package dev.vfaas.openfaas;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** How a client shows who it is. */
public sealed interface Credentials {
    /** Nobody in particular. */
    Credentials NONE = new None();

    /** The value of the Authorization header, null for none; call it only where the request leaves. */
    @Nullable
    String header();

    /** Nobody in particular. */
    record None() implements Credentials {
        @Override
        public @Nullable String header() {
            return null;
        }
    }

    /** HTTP Basic (RFC 7617). */
    record Basic(String user, Secret password) implements Credentials {
        @Override
        public String header() {
            String pair = user + ":" + password.revealText();
            return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A bearer token (RFC 6750). */
    record Bearer(Secret token) implements Credentials {
        @Override
        public String header() {
            return "Bearer " + token.revealText();
        }
    }
}
