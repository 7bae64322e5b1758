package dev.vfaas.ssh;

import dev.vfaas.openfaas.Secret;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.LongConsumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server one is logged in to: one connection, many channels, thread-safe. Every method has a deadline and throws {@link dev.vfaas.console.Failure}:
 * exit 4 for authentication and host keys, 6 for a deadline or an unreachable host. A dropped connection is opened anew for the next call.
 */
public interface Server extends AutoCloseable {
    /** The name the person gave, for messages. */
    String name();

    /** Runs a command as the login user. A non-zero exit is not an exception. */
    Completed run(Command command, Duration deadline);

    /** Runs a command as root: directly, or by sudo with or without a password (which goes to sudo's standard input). */
    Completed runAsRoot(Command command, Duration deadline);

    /** Runs a command as root with {@code input} on its standard input; the way secrets travel. */
    Completed runAsRoot(Command command, Secret input, Duration deadline);

    /** Runs a command as root and streams its standard output, for example a backup; returns without stdout. */
    Completed stream(Command command, OutputStream out, Duration deadline);

    /**
     * Puts a file in place as root.
     *
     * @param progress told the bytes sent so far
     */
    void upload(Upload upload, @Nullable LongConsumer progress, Duration deadline);

    /** Opens one more connection, logs in, runs a command that does nothing and closes it; fails as connecting does when that cannot be. */
    void proveNewConnection();

    /**
     * Opens a listening port on this machine's loopback that leads to {@code host:port} as the server sees it.
     *
     * @param localPort 0 for any free one
     */
    Forward forward(String host, int port, int localPort);

    /** The same on any free port. */
    default Forward forward(String host, int port) {
        return forward(host, port, 0);
    }

    /**
     * Makes sockets that lead to {@code host:port} as the server sees it, whatever address they are told to connect to; nothing keeps listening for
     * them. Connecting throws {@link java.net.ConnectException} when nothing answers there, and {@link dev.vfaas.console.Failure} for everything that
     * is about the server itself.
     */
    SocketFactory sockets(String host, int port);

    /** False once the connection is known to have broken; the next call opens it anew. */
    boolean connected();

    /** A forwarded port; close it to stop listening. */
    interface Forward extends AutoCloseable {
        /** The local port on 127.0.0.1. */
        int port();

        @Override
        void close();
    }

    @Override
    void close();
}
