package dev.vfaas;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Just enough of a server with SSH (RFC 4253, 4252, 4254; curve25519-sha256, aes128-gcm) for {@code vfaas up HOST} to speak with while a JDK AOT cache
 * is trained. It lets everyone in, runs nothing, and answers as {@link TrainingAnswers} says.
 */
final class TrainingServer implements AutoCloseable {
    private static final String VERSION = "SSH-2.0-OpenSSH_training";
    private static final String HOST_KEY = "ssh-ed25519";
    private static final String GCM = "aes128-gcm@openssh.com";
    private static final byte[] X25519 = HexFormat.of().parseHex("302a300506032b656e032100");

    private final ServerSocket server;
    private final KeyPair hostKey;

    /** @param home gets a key to log in with, and this server among the known hosts */
    TrainingServer(Path home) throws IOException, GeneralSecurityException {
        hostKey = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Path folder = Files.createDirectories(home.resolve(".ssh"));
        String line = HOST_KEY + " " + Base64.getEncoder().encodeToString(blob(hostKey)) + "\n";
        Files.writeString(folder.resolve("known_hosts"), "[127.0.0.1]:" + server.getLocalPort() + " " + line);
        KeyPair user = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(
                folder.resolve("id_ed25519.pub"),
                HOST_KEY + " " + Base64.getEncoder().encodeToString(blob(user)) + "\n");
        Files.writeString(folder.resolve("id_ed25519"), openSsh(user));
        Thread.ofVirtual().start(this::serve);
    }

    String target() {
        return "root@127.0.0.1:" + server.getLocalPort();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> converse(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            new Peer(socket).converse();
        } catch (IOException | GeneralSecurityException e) {
            // The client went away: its command is over.
        }
    }

    /** The 32 bytes of a key on one of the curves, which end its encoding. */
    private static byte[] raw(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    private static byte[] blob(KeyPair key) throws IOException {
        return new Packet()
                .text(HOST_KEY)
                .bytes(raw(key.getPublic().getEncoded()))
                .all();
    }

    /** In OpenSSH's own format, without a passphrase. */
    private static String openSsh(KeyPair key) throws IOException {
        byte[] point = raw(key.getPublic().getEncoded());
        byte[] both = Arrays.copyOf(raw(key.getPrivate().getEncoded()), 64);
        System.arraycopy(point, 0, both, 32, 32);
        Packet secret = new Packet()
                .number(1)
                .number(1)
                .text(HOST_KEY)
                .bytes(point)
                .bytes(both)
                .text("");
        for (int pad = 1; secret.all().length % 8 != 0; pad++) {
            secret.one(pad);
        }
        byte[] file = new Packet()
                .raw("openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII))
                .text("none")
                .text("none")
                .text("")
                .number(1)
                .bytes(blob(key))
                .bytes(secret.all())
                .all();
        return "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(file)
                + "\n-----END OPENSSH PRIVATE KEY-----\n";
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** What is sent, in SSH's data types (RFC 4251, 5). */
    private static final class Packet {
        private final ByteArrayOutputStream held = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(held);

        Packet one(int value) throws IOException {
            out.writeByte(value);
            return this;
        }

        Packet number(int value) throws IOException {
            out.writeInt(value);
            return this;
        }

        Packet raw(byte[] value) throws IOException {
            out.write(value);
            return this;
        }

        Packet bytes(byte[] value) throws IOException {
            return number(value.length).raw(value);
        }

        Packet text(String value) throws IOException {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        byte[] all() {
            return held.toByteArray();
        }
    }

    /** One direction's cipher; the counter in its nonce grows with every packet (RFC 5647, 7.1). */
    private record Seal(SecretKeySpec key, byte[] nonce) {
        Cipher next(int mode, byte[] length) throws GeneralSecurityException {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(128, nonce));
            cipher.updateAAD(length);
            for (int i = 11; ++nonce[i] == 0; ) {
                i--;
            }
            return cipher;
        }
    }

    /** One connection. */
    private final class Peer {
        private final DataInputStream in;
        private final DataOutputStream out;
        private @Nullable Seal reading;
        private @Nullable Seal writing;

        Peer(Socket socket) throws IOException {
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        private static String text(DataInputStream from) throws IOException {
            return new String(from.readNBytes(from.readInt()), StandardCharsets.UTF_8);
        }

        private byte[] read() throws IOException, GeneralSecurityException {
            byte[] length = in.readNBytes(4);
            int size = new DataInputStream(new ByteArrayInputStream(length)).readInt();
            byte[] body = reading == null
                    ? in.readNBytes(size)
                    : reading.next(Cipher.DECRYPT_MODE, length).doFinal(in.readNBytes(size + 16));
            return Arrays.copyOfRange(body, 1, size - body[0]);
        }

        private void send(Packet packet) throws IOException, GeneralSecurityException {
            byte[] payload = packet.all();
            int padding = 4 + (16 - (payload.length + 5 + (writing == null ? 4 : 0)) % 16) % 16;
            byte[] body = new Packet()
                    .one(padding)
                    .raw(payload)
                    .raw(new byte[padding])
                    .all();
            byte[] length = new Packet().number(body.length).all();
            out.write(length);
            out.write(
                    writing == null
                            ? body
                            : writing.next(Cipher.ENCRYPT_MODE, length).doFinal(body));
            out.flush();
        }

        void converse() throws IOException, GeneralSecurityException {
            out.write((VERSION + "\r\n").getBytes(StandardCharsets.US_ASCII));
            StringBuilder version = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                version.append((char) next);
            }
            exchangeKeys(version.toString().strip());
            while (true) {
                DataInputStream asked = new DataInputStream(new ByteArrayInputStream(read()));
                answer(asked.read(), asked);
            }
        }

        private void exchangeKeys(String clientVersion) throws IOException, GeneralSecurityException {
            Packet offer = new Packet()
                    .one(20)
                    .raw(new byte[16])
                    .text("curve25519-sha256")
                    .text(HOST_KEY);
            offer.text(GCM)
                    .text(GCM)
                    .text("hmac-sha2-256")
                    .text("hmac-sha2-256")
                    .text("none")
                    .text("none");
            send(offer.text("").text("").one(0).number(0));
            byte[] theirs = read();
            byte[] start = read(); // SSH_MSG_KEX_ECDH_INIT
            byte[] point = Arrays.copyOfRange(start, 5, 37);
            KeyPair own = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(own.getPrivate());
            byte[] encoded = new Packet().raw(X25519).raw(point).all();
            agreement.doPhase(KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(encoded)), true);
            byte[] secret = new Packet()
                    .bytes(new BigInteger(1, agreement.generateSecret()).toByteArray())
                    .all();
            byte[] ownPoint = raw(own.getPublic().getEncoded());
            byte[] hash = sha256(new Packet()
                    .text(clientVersion)
                    .text(VERSION)
                    .bytes(theirs)
                    .bytes(offer.all())
                    .bytes(blob(hostKey))
                    .bytes(point)
                    .bytes(ownPoint)
                    .raw(secret));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(hostKey.getPrivate());
            signature.update(hash);
            send(new Packet()
                    .one(31)
                    .bytes(blob(hostKey))
                    .bytes(ownPoint)
                    .bytes(new Packet().text(HOST_KEY).bytes(signature.sign()).all()));
            send(new Packet().one(21));
            writing = seal(secret, hash, 'B', 'D');
            read(); // SSH_MSG_NEWKEYS
            reading = seal(secret, hash, 'A', 'C');
        }

        private static byte[] sha256(Packet packet) throws GeneralSecurityException {
            return MessageDigest.getInstance("SHA-256").digest(packet.all());
        }

        private static Seal seal(byte[] secret, byte[] hash, char nonce, char key)
                throws IOException, GeneralSecurityException {
            byte[] first = sha256(new Packet().raw(secret).raw(hash).one(nonce).raw(hash));
            byte[] second = sha256(new Packet().raw(secret).raw(hash).one(key).raw(hash));
            return new Seal(new SecretKeySpec(second, 0, 16, "AES"), Arrays.copyOf(first, 12));
        }

        private void answer(int message, DataInputStream asked) throws IOException, GeneralSecurityException {
            switch (message) {
                case 1 -> throw new IOException("the client says good-bye");
                case 5 -> send(new Packet().one(6).text(text(asked)));
                case 50 -> login(asked);
                case 80 -> send(new Packet().one(82)); // keep-alive
                case 90 -> {
                    boolean session = text(asked).equals("session");
                    int channel = asked.readInt();
                    send(
                            session
                                    ? new Packet()
                                            .one(91)
                                            .number(channel)
                                            .number(channel)
                                            .number(1 << 21)
                                            .number(1 << 15)
                                    : new Packet()
                                            .one(92)
                                            .number(channel)
                                            .number(1)
                                            .text("no")
                                            .text(""));
                }
                case 98 -> run(asked);
                default -> {} // input, its end, windows, farewells
            }
        }

        private void login(DataInputStream asked) throws IOException, GeneralSecurityException {
            text(asked);
            text(asked);
            boolean key = text(asked).equals("publickey");
            if (key && !asked.readBoolean()) {
                send(new Packet().one(60).text(text(asked)).bytes(asked.readNBytes(asked.readInt())));
            } else {
                send(
                        key
                                ? new Packet().one(52)
                                : new Packet().one(51).text("publickey").one(0));
            }
        }

        private void run(DataInputStream asked) throws IOException, GeneralSecurityException {
            int channel = asked.readInt();
            boolean command = text(asked).equals("exec");
            boolean reply = asked.readBoolean();
            if (!command) {
                if (reply) {
                    send(new Packet().one(100).number(channel));
                }
                return;
            }
            send(new Packet().one(99).number(channel));
            send(new Packet().one(94).number(channel).text(TrainingAnswers.to(text(asked))));
            send(new Packet().one(96).number(channel));
            send(new Packet().one(98).number(channel).text("exit-status").one(0).number(0));
            send(new Packet().one(97).number(channel));
        }
    }
}
