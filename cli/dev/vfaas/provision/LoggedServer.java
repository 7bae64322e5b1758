package dev.vfaas.provision;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server whose commands are counted and written to the run's log: the command without its sensitive words, its exit code, its time and what it
 * complained of. Standard input and output may hold secrets and are never written.
 */
public final class LoggedServer implements Server {
    private final Server server;
    private final RunLog log;
    private final AtomicInteger commands = new AtomicInteger();

    public LoggedServer(Server server, RunLog log) {
        this.server = server;
        this.log = log;
    }

    /** How many commands were run on the server. */
    public int commands() {
        return commands.get();
    }

    @Override
    public String name() {
        return server.name();
    }

    @Override
    public Completed run(Command command, Duration deadline) {
        return logged("run", command, () -> server.run(command, deadline));
    }

    @Override
    public Completed runAsRoot(Command command, Duration deadline) {
        return logged("root", command, () -> server.runAsRoot(command, deadline));
    }

    @Override
    public Completed runAsRoot(Command command, Secret input, Duration deadline) {
        return logged("root", command, () -> server.runAsRoot(command, input, deadline));
    }

    @Override
    public Completed stream(Command command, OutputStream out, Duration deadline) {
        return logged("root", command, () -> server.stream(command, out, deadline));
    }

    private Completed logged(String how, Command command, Supplier<Completed> call) {
        int number = commands.incrementAndGet();
        long start = System.nanoTime();
        log.line("#" + number + " " + how + ": " + command);
        try {
            Completed completed = call.get();
            log.line("#" + number + " exit " + completed.exitCode() + " after " + seconds(start) + ", "
                    + completed.stdout().length + " bytes out\n" + completed.err());
            return completed;
        } catch (RuntimeException e) {
            log.line("#" + number + " failed after " + seconds(start) + ": " + e.getMessage());
            throw e;
        }
    }

    private static String seconds(long start) {
        return String.format(Locale.ROOT, "%.3f s", (System.nanoTime() - start) / 1e9);
    }

    @Override
    public void upload(Upload upload, @Nullable LongConsumer progress, Duration deadline) {
        long start = System.nanoTime();
        log.line("upload " + upload.destination() + ", " + upload.size() + " bytes");
        server.upload(upload, progress, deadline);
        log.line("uploaded " + upload.destination() + " after " + seconds(start));
    }

    @Override
    public void proveNewConnection() {
        log.line("open a new connection");
        server.proveNewConnection();
        log.line("a new connection works");
    }

    @Override
    public Forward forward(String host, int port, int localPort) {
        log.line("forward to " + host + ":" + port);
        return server.forward(host, port, localPort);
    }

    @Override
    public SocketFactory sockets(String host, int port) {
        log.line("connections to " + host + ":" + port);
        return server.sockets(host, port);
    }

    @Override
    public boolean connected() {
        return server.connected();
    }

    @Override
    public void close() {
        server.close();
    }
}
