package dev.vfaas.openfaas;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Bytes that must not be shown: prints as {@code [redacted]}, is opened only where it leaves for its destination, and is not serialised. */
public final class Secret {
    private final byte[] value;

    private Secret(byte[] value) {
        this.value = value;
    }

    /** Holds a copy of {@code value}. */
    public static Secret of(byte[] value) {
        return new Secret(value.clone());
    }

    /** Holds the UTF-8 bytes of {@code value}. */
    public static Secret of(String value) {
        return new Secret(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes; call it only at the edge where they are sent or written. */
    public byte[] reveal() {
        return value.clone();
    }

    /** The bytes as UTF-8 text; call it only at the edge. */
    public String revealText() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(value, secret.value);
    }

    @Override
    public int hashCode() {
        return 0; // nothing about the value leaks through a hash
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
