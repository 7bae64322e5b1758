package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;

/**
 * Connections that a server's sshd makes for this machine: direct-tcpip channels (RFC 4254, 7.2) to one address as the server sees it.
 *
 * @param port at {@code host}
 */
record Tunnels(SshServer server, String host, int port) {

    /** One of them, and the connection it is a channel of. */
    record Tunnel(Connection connection, DirectConnection channel) implements Closeable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * A new one. A connection to the server that turns out to be broken is made anew once.
     *
     * @throws ConnectException when nothing answers at the address
     * @throws Failure when the server cannot be logged in to, or its sshd refuses to forward
     */
    Tunnel open() throws IOException {
        Connection connection = server.connection();
        try {
            return open(connection);
        } catch (OpenFailException refused) {
            throw refused(refused);
        } catch (IOException broken) {
            connection.abort();
            server.broke(connection);
            try {
                return open(server.connection());
            } catch (OpenFailException refused) {
                throw refused(refused);
            }
        }
    }

    private Tunnel open(Connection connection) throws IOException {
        return new Tunnel(connection, connection.client().newDirectConnection(host, port));
    }

    private IOException refused(OpenFailException refused) {
        if (refused.getReason() == OpenFailException.Reason.ADMINISTRATIVELY_PROHIBITED) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            "the SSH server of " + server.name() + " refuses to forward connections to " + host + ":"
                                    + port)
                    .next("allow it in /etc/ssh/sshd_config: AllowTcpForwarding local; then: systemctl reload ssh")
                    .because(refused);
        }
        ConnectException nobody = new ConnectException(
                "nothing answers at " + host + ":" + port + " on " + server.name() + ": " + refused.getMessage());
        nobody.initCause(refused);
        return nobody;
    }

    /** Copies both ways until both have ended; closes both. Blocks. */
    void carry(Socket socket, Tunnel tunnel) {
        DirectConnection channel = tunnel.channel();
        try (socket;
                tunnel) {
            socket.setTcpNoDelay(true);
            Thread up = Thread.ofVirtual().name("ssh-forward-up").start(() -> {
                try (OutputStream to = channel.getOutputStream()) {
                    copy(socket.getInputStream(), to);
                } catch (IOException ended) {
                    // The other direction ends by itself.
                }
            });
            copy(new FromServer(channel.getInputStream(), tunnel.connection()), socket.getOutputStream());
            socket.shutdownOutput();
            up.join();
        } catch (IOException gone) {
            // The one at the socket sees its connection closed, as it would without the tunnel.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a channel brings. A channel that is closed ends; only the end of the whole connection makes it fail, and that is to be known at once. */
    private final class FromServer extends FilterInputStream {
        private final Connection connection;

        FromServer(InputStream channel, Connection connection) {
            super(channel);
            this.connection = connection;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException e) {
                server.broke(connection);
                throw e;
            }
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[32 * 1024];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
            to.flush();
        }
    }
}
