package dev.vfaas.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A wire to a port of this machine that can go dead: connections stay open and nothing passes, as when a cable is pulled. */
final class Wire implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private final Set<Socket> cut = ConcurrentHashMap.newKeySet();
    private volatile boolean dead;

    private Wire(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    static Wire to(int port) throws IOException {
        Wire wire = new Wire(new ServerSocket(0, 20, InetAddress.getByName("127.0.0.1")), port);
        Thread.ofVirtual().start(wire::accept);
        return wire;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on nothing passes on the connections there are, and new ones get no answer. */
    void goDead() {
        dead = true;
        cut.addAll(ends);
    }

    /** New connections pass again; those that were cut never do. */
    void comeBack() {
        dead = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listener.accept();
                ends.add(near);
                if (!dead) {
                    Socket far = new Socket("127.0.0.1", target);
                    ends.add(far);
                    Thread.ofVirtual().start(() -> carry(near, far));
                    Thread.ofVirtual().start(() -> carry(far, near));
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void carry(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (!cut.contains(from)) {
                int n = in.read(buffer);
                if (cut.contains(from)) {
                    return;
                }
                if (n < 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException ended) {
            // So ends what it carries.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket end : ends) {
            end.close();
        }
    }
}
