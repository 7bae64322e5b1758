package dev.vfaas.ssh;

import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.userauth.keyprovider.OpenSSHKeyV1KeyFile;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.signature.Signature;
import net.schmizz.sshj.userauth.keyprovider.BaseFileKeyProvider;
import net.schmizz.sshj.userauth.keyprovider.PKCS8KeyFile;
import net.schmizz.sshj.userauth.keyprovider.PuTTYKeyFile;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.PasswordUtils;
import org.jspecify.annotations.Nullable;

/** A private key in a file: OpenSSH's own format, PEM (PKCS #1, SEC 1, PKCS #8) or PuTTY's. */
final class KeyFile {
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final String OPENSSH = "-----BEGIN OPENSSH PRIVATE KEY-----";

    private final Path path;
    private final String text;

    private KeyFile(Path path, String text) {
        this.path = path;
        this.text = text;
    }

    /** Reads a file that is there. */
    static KeyFile read(Path path) throws IOException {
        return new KeyFile(path, Files.readString(path, StandardCharsets.ISO_8859_1));
    }

    /** The public half as far as it is readable without a passphrase: from the .pub beside it, or from OpenSSH's header. */
    @Nullable
    PublicKeyBlob publicKey() {
        PublicKeyBlob beside = besideOf(path);
        if (beside != null || !text.contains(OPENSSH)) {
            return beside;
        }
        try {
            Buffer.PlainBuffer header = header();
            header.readString();
            header.readString();
            header.readBytes();
            header.readUInt32();
            return new PublicKeyBlob(header.readBytes());
        } catch (Buffer.BufferException | IllegalArgumentException malformed) {
            return null;
        }
    }

    /** The key of {@code FILE.pub}, null when there is none. */
    static @Nullable PublicKeyBlob besideOf(Path path) {
        Path pub = path.resolveSibling(path.getFileName() + ".pub");
        try {
            String[] words =
                    Files.readString(pub, StandardCharsets.ISO_8859_1).strip().split("[ \\t]+");
            return words.length < 2 ? null : PublicKeyBlob.ofBase64(words[1]);
        } catch (IOException | IllegalArgumentException none) {
            return null;
        }
    }

    /** Whether it takes a passphrase. */
    boolean encrypted() {
        if (text.contains(OPENSSH)) {
            try {
                return !header().readString().equals("none");
            } catch (Buffer.BufferException | IllegalArgumentException malformed) {
                return false;
            }
        }
        return text.contains("ENCRYPTED PRIVATE KEY-----")
                || text.contains("Proc-Type: 4,ENCRYPTED")
                || (text.startsWith("PuTTY-User-Key-File") && !text.contains("Encryption: none"));
    }

    private Buffer.PlainBuffer header() throws Buffer.BufferException {
        String base64 = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        Buffer.PlainBuffer buffer = new Buffer.PlainBuffer(Base64.getDecoder().decode(base64));
        buffer.readRawBytes(new byte[MAGIC.length]);
        return buffer;
    }

    /** The key itself; an {@link IOException} when the passphrase is wrong or the file is malformed. */
    KeyPair open(@Nullable Secret passphrase) throws IOException {
        BaseFileKeyProvider provider = text.contains(OPENSSH)
                ? new OpenSSHKeyV1KeyFile()
                : text.startsWith("PuTTY-User-Key-File") ? new PuTTYKeyFile() : new PKCS8KeyFile();
        PasswordFinder finder = passphrase == null
                ? null
                : PasswordUtils.createOneOff(passphrase.revealText().toCharArray());
        provider.init(text, null, finder);
        try {
            return new KeyPair(provider.getPublic(), provider.getPrivate());
        } catch (RuntimeException malformed) {
            throw new IOException("cannot be read", malformed);
        }
    }

    /** Signs with an opened key. */
    static byte[] sign(KeyPair pair, String algorithm, byte[] data) throws IOException {
        Factory.Named<com.hierynomus.sshj.key.KeyAlgorithm> factory = List.of(
                        KeyAlgorithms.EdDSA25519(),
                        KeyAlgorithms.ECDSASHANistp256(),
                        KeyAlgorithms.ECDSASHANistp384(),
                        KeyAlgorithms.ECDSASHANistp521(),
                        KeyAlgorithms.RSASHA512(),
                        KeyAlgorithms.RSASHA256())
                .stream()
                .filter(candidate -> candidate.getName().equals(algorithm))
                .findFirst()
                .orElseThrow(() -> new IOException("keys of type " + algorithm + " are not supported"));
        Signature signature = factory.create().newSignature();
        signature.initSign(pair.getPrivate());
        signature.update(data);
        return new Buffer.PlainBuffer()
                .putString(signature.getSignatureName())
                .putBytes(signature.encode(signature.sign()))
                .getCompactData();
    }

    /** The file's path. */
    Path path() {
        return path;
    }
}
