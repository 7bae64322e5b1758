package dev.vfaas.gateway.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free TCP ports of the loopback address for replicas. They lie below the range the system takes for outgoing connections, where it says which that
 * is: a port from that range could become the local end of any connection between the choice and the replica's bind.
 */
final class Ports {
    private static final Path SYSTEM_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 20_000;
    private static final int TRIES = 200;

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final Set<Integer> taken = new HashSet<>();
    private final int highest;

    Ports() {
        this.highest = belowSystemRange();
    }

    /** A port nobody listens on now and no other caller of this object holds; give it back with {@link #release}. */
    synchronized int take() throws IOException {
        for (int i = 0; highest > LOWEST && i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, highest);
            if (!taken.contains(port) && free(port)) {
                taken.add(port);
                return port;
            }
        }
        for (int i = 0; i < TRIES; i++) {
            try (ServerSocket socket = new ServerSocket(0, 1, loopback)) {
                if (taken.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
        throw new IOException("no free TCP port");
    }

    /** Gives a port back. */
    synchronized void release(int port) {
        taken.remove(port);
    }

    /** Whether a replica could listen on the port. */
    boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(loopback, port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int belowSystemRange() {
        try (InputStream file = Files.newInputStream(SYSTEM_RANGE)) {
            byte[] bytes = new byte[64];
            int count = Math.max(0, file.read(bytes)); // the kernel gives such a file's content to the first read only
            String[] range = new String(bytes, 0, count, StandardCharsets.US_ASCII)
                    .strip()
                    .split("\\s+", 2);
            return Math.min(Integer.parseInt(range[0]), 60_000);
        } catch (IOException | NumberFormatException e) {
            return 0; // not Linux: the system chooses
        }
    }
}
