package dev.vfaas.ssh;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.sshj.common.Buffer;

/** A client of an SSH agent (draft-miller-ssh-agent): over a Unix socket, or Windows' named pipe. */
final class Agent implements Closeable {
    private static final int FAILURE = 5;
    private static final int REQUEST_IDENTITIES = 11;
    private static final int IDENTITIES_ANSWER = 12;
    private static final int SIGN_REQUEST = 13;
    private static final int SIGN_RESPONSE = 14;
    private static final int RSA_SHA2_256 = 2;
    private static final int RSA_SHA2_512 = 4;
    private static final int LARGEST_ANSWER = 256 * 1024;

    private final DataInputStream in;
    private final OutputStream out;
    private final Closeable connection;

    private Agent(InputStream in, OutputStream out, Closeable connection) {
        this.in = new DataInputStream(in);
        this.out = out;
        this.connection = connection;
    }

    /** A key the agent holds. */
    record Key(PublicKeyBlob key, String comment) {}

    /** Connects to the agent at a socket's path or a pipe's name. */
    static Agent connect(String address) throws IOException {
        if (File.separatorChar == '\\' && address.startsWith("\\\\.\\pipe\\")) {
            RandomAccessFile pipe = new RandomAccessFile(address, "rw");
            return new Agent(
                    Channels.newInputStream(pipe.getChannel()), Channels.newOutputStream(pipe.getChannel()), pipe);
        }
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(address));
        return new Agent(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
    }

    /** The keys it holds. */
    List<Key> keys() throws IOException {
        Buffer.PlainBuffer answer = exchange(new Buffer.PlainBuffer().putByte((byte) REQUEST_IDENTITIES));
        expect(answer, IDENTITIES_ANSWER);
        List<Key> keys = new ArrayList<>();
        int count = answer.readUInt32AsInt();
        for (int i = 0; i < count; i++) {
            PublicKeyBlob key = new PublicKeyBlob(answer.readBytes());
            keys.add(new Key(key, new String(answer.readBytes(), StandardCharsets.UTF_8)));
        }
        return keys;
    }

    /** A signature in SSH's wire format; {@code algorithm} chooses the hash of RSA signatures. */
    byte[] sign(PublicKeyBlob key, String algorithm, byte[] data) throws IOException {
        int flags = algorithm.startsWith("rsa-sha2-512")
                ? RSA_SHA2_512
                : algorithm.startsWith("rsa-sha2-256") ? RSA_SHA2_256 : 0;
        Buffer.PlainBuffer answer = exchange(new Buffer.PlainBuffer()
                .putByte((byte) SIGN_REQUEST)
                .putBytes(key.blob())
                .putBytes(data)
                .putUInt32(flags));
        expect(answer, SIGN_RESPONSE);
        return answer.readBytes();
    }

    private static void expect(Buffer.PlainBuffer answer, int type) throws IOException {
        int actual = answer.readByte();
        if (actual == FAILURE) {
            throw new IOException("the agent refused");
        }
        if (actual != type) {
            throw new IOException("the agent answered with message " + actual);
        }
    }

    private Buffer.PlainBuffer exchange(Buffer.PlainBuffer request) throws IOException {
        // One write for length and message: Windows' agent reads a message at a time.
        out.write(new Buffer.PlainBuffer().putBytes(request.getCompactData()).getCompactData());
        out.flush();
        int length = in.readInt();
        if (length <= 0 || length > LARGEST_ANSWER) {
            throw new IOException("the agent announced an answer of " + length + " bytes");
        }
        byte[] answer = new byte[length];
        in.readFully(answer);
        return new Buffer.PlainBuffer(answer);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
