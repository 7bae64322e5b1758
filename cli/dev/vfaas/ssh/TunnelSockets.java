package dev.vfaas.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/**
 * Sockets for clients of a program on a server: whatever address they are told to connect to, they lead through {@link Tunnels}. Each is one end of a
 * pair on this machine's loopback whose port is open only while the two meet, and only for them: nobody else on this machine gets in.
 */
final class TunnelSockets extends SocketFactory {
    private static final int MEETING_MILLIS = 10_000;
    private static final int STRANGERS = 50;

    private final Tunnels tunnels;

    TunnelSockets(Tunnels tunnels) {
        this.tunnels = tunnels;
    }

    @Override
    public Socket createSocket() {
        return new TunnelSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return connected();
    }

    private Socket connected() throws IOException {
        Socket socket = createSocket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MEETING_MILLIS);
        return socket;
    }

    private final class TunnelSocket extends Socket {
        @Override
        public void connect(SocketAddress anywhere) throws IOException {
            connect(anywhere, 0);
        }

        @Override
        public void connect(SocketAddress anywhere, int timeout) throws IOException {
            Tunnels.Tunnel tunnel = tunnels.open();
            boolean carried = false;
            try (ServerSocket door = new ServerSocket()) {
                InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
                door.bind(new InetSocketAddress(loopback, 0), STRANGERS);
                door.setSoTimeout(MEETING_MILLIS);
                bind(new InetSocketAddress(loopback, 0));
                super.connect(door.getLocalSocketAddress(), MEETING_MILLIS);
                Socket other = meet(door);
                Thread.ofVirtual().name("ssh-tunnel").start(() -> tunnels.carry(other, tunnel));
                carried = true;
            } finally {
                if (!carried) {
                    tunnel.close();
                }
            }
        }

        private Socket meet(ServerSocket door) throws IOException {
            while (true) {
                Socket other = door.accept();
                if (other.getPort() == getLocalPort()) {
                    return other;
                }
                other.close();
            }
        }
    }
}
