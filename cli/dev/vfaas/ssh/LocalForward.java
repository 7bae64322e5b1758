package dev.vfaas.ssh;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A listening socket on this machine's loopback; each connection to it goes through {@link Tunnels}. */
final class LocalForward implements Server.Forward {
    private final Tunnels tunnels;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param localPort 0 for any free one */
    LocalForward(Tunnels tunnels, int localPort) {
        this.tunnels = tunnels;
        tunnels.server().connection();
        try {
            listener = new ServerSocket();
            // A forward that was just ended leaves its port in use for a while otherwise.
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), localPort));
        } catch (BindException taken) {
            throw Failure.failed("cannot listen on 127.0.0.1:" + localPort + ": " + taken.getMessage())
                    .next("see who does: ss -ltnp 'sport = :" + localPort + "'; or choose another port with --port")
                    .because(taken);
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
        try (socket) {
            tunnels.carry(socket, tunnels.open());
        } catch (IOException | Failure gone) {
            // The person's program sees its connection closed, as it would without the tunnel.
        } finally {
            open.remove(socket);
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
