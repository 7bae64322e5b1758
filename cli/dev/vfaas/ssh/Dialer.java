package dev.vfaas.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.SocketFactory;

/** Opens TCP connections: every address of a name in turn, all within one deadline, which also holds for the name service. */
final class Dialer {
    private final Duration timeout;

    Dialer(Duration timeout) {
        this.timeout = timeout;
    }

    /** A connected socket. */
    Socket dial(String host, int port) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        InetAddress[] addresses = resolve(host);
        IOException last = null;
        for (int i = 0; i < addresses.length; i++) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            Socket socket = new Socket();
            try {
                // What is left is shared among the addresses that are left, so that one that swallows packets does not
                // hide the next.
                socket.connect(
                        new InetSocketAddress(addresses[i], port), (int) Math.max(1, left / (addresses.length - i)));
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException e) {
                last = e;
                socket.close();
            }
        }
        throw last == null ? new SocketTimeoutException("no answer in time") : last;
    }

    private InetAddress[] resolve(String host) throws IOException {
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Thread.ofVirtual().name("ssh-resolve").start(lookup);
        try {
            return lookup.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException unknown ? unknown : new UnknownHostException(host);
        } catch (TimeoutException e) {
            throw new UnknownHostException(host);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted");
        }
    }

    /** Hands a socket that is already connected to sshj. */
    static final class Connected extends SocketFactory {
        private final Socket socket;

        Connected(Socket socket) {
            this.socket = socket;
        }

        @Override
        public Socket createSocket() {
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            return socket;
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            return socket;
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            return socket;
        }
    }
}
