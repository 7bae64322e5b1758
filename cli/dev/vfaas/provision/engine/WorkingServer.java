package dev.vfaas.provision.engine;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongConsumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server whose commands as root carry the mark of the process that sent them, so that what a dead or interrupted run left behind is found and
 * ended, and have a home of their own in memory, so that no tool leaves its cache in root's.
 */
public final class WorkingServer implements Server {
    /** The variable that holds {@link Self#mark}. */
    static final String MARK = "VFAAS_RUN";

    /** HOME of commands; in memory, and gone with {@code down}. */
    static final String HOME = "/run/vfaas";

    private final Server server;
    private final Map<String, String> variables;

    /** @param mark see {@link Self#mark} */
    public WorkingServer(Server server, String mark) {
        this.server = server;
        this.variables = Map.of(MARK, mark, "HOME", HOME);
    }

    @Override
    public String name() {
        return server.name();
    }

    @Override
    public Completed run(Command command, Duration deadline) {
        return server.run(command, deadline);
    }

    @Override
    public Completed runAsRoot(Command command, Duration deadline) {
        return server.runAsRoot(command.with(variables), deadline);
    }

    @Override
    public Completed runAsRoot(Command command, Secret input, Duration deadline) {
        return server.runAsRoot(command.with(variables), input, deadline);
    }

    @Override
    public Completed stream(Command command, OutputStream out, Duration deadline) {
        return server.stream(command.with(variables), out, deadline);
    }

    @Override
    public void upload(Upload upload, @Nullable LongConsumer progress, Duration deadline) {
        server.upload(upload, progress, deadline);
    }

    @Override
    public Forward forward(String host, int port, int localPort) {
        return server.forward(host, port, localPort);
    }

    @Override
    public SocketFactory sockets(String host, int port) {
        return server.sockets(host, port);
    }

    @Override
    public void proveNewConnection() {
        server.proveNewConnection();
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
