package dev.vfaas.ssh;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import net.schmizz.sshj.common.Buffer;

/** A public key in SSH's wire format (RFC 4253, 6.6), of a host or of a person. */
@SuppressWarnings("ArrayRecordComponent") // copied in and out
record PublicKeyBlob(byte[] blob) {
    PublicKeyBlob {
        blob = blob.clone();
    }

    /** The wire format of a key of the JDK's. */
    static PublicKeyBlob of(java.security.PublicKey key) {
        return new PublicKeyBlob(new Buffer.PlainBuffer().putPublicKey(key).getCompactData());
    }

    /** From base64, as in known_hosts and .pub files; {@link IllegalArgumentException} when it is not a key. */
    static PublicKeyBlob ofBase64(String text) {
        PublicKeyBlob key = new PublicKeyBlob(Base64.getDecoder().decode(text));
        if (key.type().isEmpty()) {
            throw new IllegalArgumentException("not a public key");
        }
        return key;
    }

    /** The key's type, for example {@code ssh-ed25519}; empty when the blob is no key. */
    String type() {
        if (blob.length < 4) {
            return "";
        }
        int length = ((blob[0] & 0xff) << 24) | ((blob[1] & 0xff) << 16) | ((blob[2] & 0xff) << 8) | (blob[3] & 0xff);
        return length <= 0 || length > Math.min(blob.length - 4, 100)
                ? ""
                : new String(blob, 4, length, StandardCharsets.US_ASCII);
    }

    /** The type as ssh-keygen names it: ED25519, ECDSA, RSA. */
    String typeName() {
        String type = type();
        String name = type.contains("ed25519")
                ? "ED25519"
                : type.contains("ecdsa") ? "ECDSA" : type.contains("rsa") ? "RSA" : type.contains("dss") ? "DSA" : type;
        return name + (type.startsWith("sk-") ? "-SK" : "") + (type.contains("-cert-") ? "-CERT" : "");
    }

    /** {@code SHA256:} and unpadded base64, as ssh-keygen -l prints it. */
    String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** As in known_hosts: type and base64. */
    String line() {
        return type() + " " + Base64.getEncoder().encodeToString(blob);
    }

    @Override
    public byte[] blob() {
        return blob.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKeyBlob key && Arrays.equals(blob, key.blob);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(blob);
    }

    @Override
    public String toString() {
        return typeName() + " " + fingerprint();
    }
}
