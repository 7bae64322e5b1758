package dev.vfaas.ssh;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;

/** A listening socket on this machine's loopback; each connection to it becomes a direct-tcpip channel (RFC 4254, 7.2). */
final class LocalForward implements Server.Forward {
    private final SshServer server;
    private final String host;
    private final int port;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    LocalForward(SshServer server, String host, int port) {
        this.server = server;
        this.host = host;
        this.port = port;
        server.connection();
        try {
            listener = new ServerSocket();
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        } catch (IOException e) {
            throw Failure.failed("cannot listen on 127.0.0.1: " + e.getMessage())
                    .because(e);
        }
        Thread.ofVirtual().name("ssh-forward").start(this::accept);
    }

    @Override
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                Thread.ofVirtual().name("ssh-forwarded").start(() -> carry(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void carry(Socket socket) {
        try (socket;
                DirectConnection channel = open()) {
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
        } catch (IOException | Failure gone) {
            // The person's program sees its connection closed, as it would without the tunnel.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private DirectConnection open() throws IOException {
        Connection connection = server.connection();
        try {
            return connection.client().newDirectConnection(host, port);
        } catch (OpenFailException refused) {
            throw refused;
        } catch (IOException broken) {
            connection.abort();
            return server.connection().client().newDirectConnection(host, port);
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[32 * 1024];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
            to.flush();
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException gone) {
            // Closed either way.
        }
    }
}
