package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
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

    /**
     * A new one. A connection to the server that turns out to be broken is made anew once.
     *
     * @throws ConnectException when nothing answers at the address
     * @throws Failure when the server cannot be logged in to, or its sshd refuses to forward
     */
    DirectConnection open() throws IOException {
        Connection connection = server.connection();
        try {
            return connection.client().newDirectConnection(host, port);
        } catch (OpenFailException refused) {
            throw refused(refused);
        } catch (IOException broken) {
            connection.abort();
            try {
                return server.connection().client().newDirectConnection(host, port);
            } catch (OpenFailException refused) {
                throw refused(refused);
            }
        }
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
    void carry(Socket socket, DirectConnection channel) {
        try (socket;
                channel) {
            socket.setTcpNoDelay(true);
            Thread up = Thread.ofVirtual().name("ssh-forward-up").start(() -> {
                try (OutputStream to = channel.getOutputStream()) {
                    copy(socket.getInputStream(), to);
                } catch (IOException ended) {
                    // The other direction ends by itself.
                }
            });
            copy(channel.getInputStream(), socket.getOutputStream());
            socket.shutdownOutput();
            up.join();
        } catch (IOException gone) {
            // The one at the socket sees its connection closed, as it would without the tunnel.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
