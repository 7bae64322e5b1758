package dev.vfaas.gateway.store;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The key of the stored secrets: 32 random bytes in a 0600 file, made when the first secret is. AES-256-GCM, 96-bit random nonce, 128-bit tag. */
public final class SecretKeyFile {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Path file;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private byte @Nullable [] key;

    /**
     * An encrypted value.
     *
     * @param keyId which key, so that a wrong key is told from damage
     * @param bytes nonce, then ciphertext with its tag
     */
    @SuppressWarnings("ArrayRecordComponent") // carried from the row to the cipher, never compared
    record Sealed(byte[] keyId, byte[] bytes) {}

    /** Nothing is read or made until it is needed. */
    public SecretKeyFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** Encrypts; {@code mayCreate} when nothing is encrypted yet, so that a missing key file is made and not missed. */
    Sealed seal(byte[] value, byte[] binding, boolean mayCreate) {
        byte[] current = key(mayCreate);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] ciphertext =
                    cipher(Cipher.ENCRYPT_MODE, current, nonce, binding).doFinal(value);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + ciphertext.length);
            System.arraycopy(ciphertext, 0, sealed, NONCE_BYTES, ciphertext.length);
            return new Sealed(id(current), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not usable in this Java runtime", e);
        }
    }

    /** Decrypts; INTERNAL with the key file's name when it is missing, another one, or the value is damaged. */
    byte[] open(Sealed sealed, byte[] binding, String what) {
        byte[] current = key(false);
        if (!Arrays.equals(sealed.keyId(), id(current))) {
            throw failure(
                    what + " was encrypted with another key than the one in " + file
                            + ". Put the former key file back, or remove and create the secret again.",
                    null);
        }
        try {
            byte[] bytes = sealed.bytes();
            return cipher(Cipher.DECRYPT_MODE, current, Arrays.copyOf(bytes, NONCE_BYTES), binding)
                    .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw failure(what + " does not decrypt: the stored value is damaged. Remove and create it again.", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not usable in this Java runtime", e);
        }
    }

    private byte[] key(boolean mayCreate) {
        lock.lock();
        try {
            byte[] known = key;
            if (known != null) {
                return known;
            }
            byte[] read = readOrCreate(mayCreate);
            key = read;
            return read;
        } catch (IOException e) {
            if (FullDisk.explains(e, file)) {
                throw FullDisk.failure("The key of the secrets", file, e);
            }
            throw failure("the key of the secrets in " + file + " cannot be used: " + e, e);
        } finally {
            lock.unlock();
        }
    }

    private byte[] readOrCreate(boolean mayCreate) throws IOException {
        try {
            byte[] read = Files.readAllBytes(file);
            if (read.length != KEY_BYTES) {
                throw failure(
                        "the key of the secrets in " + file + " is damaged: " + read.length + " bytes instead of "
                                + KEY_BYTES + ". Put the former file back.",
                        null);
            }
            return read;
        } catch (NoSuchFileException e) {
            if (!mayCreate) {
                throw failure(
                        "the key of the secrets is missing: " + file
                                + ". Put it back, or remove every secret and create them again (vfaas secret remove NAME).",
                        e);
            }
            byte[] made = new byte[KEY_BYTES];
            random.nextBytes(made);
            Path folder = file.getParent();
            if (folder != null) {
                PrivateFiles.createFolder(folder);
            }
            PrivateFiles.write(file, made);
            return made;
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] binding) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(binding);
        return cipher;
    }

    private static byte[] id(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("vfaas secrets key id".getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(digest.digest(key), 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is not usable in this Java runtime", e);
        }
    }

    private static RuntimeFailure failure(String message, @Nullable Throwable cause) {
        return cause == null
                ? new RuntimeFailure(RuntimeFailure.Kind.INTERNAL, message)
                : new RuntimeFailure(RuntimeFailure.Kind.INTERNAL, message, cause);
    }
}
