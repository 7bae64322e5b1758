package dev.vfaas.gateway.http;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway's own server around one {@link BlockingHandler}, on a port of its own; with a password it lets only the user admin in. */
public final class TestServer implements AutoCloseable {
    private final EventLoops loops = new EventLoops(1);
    private final HttpFrontend frontend;
    private final int port;

    public TestServer(BlockingHandler handler, @Nullable String password) throws IOException {
        this(0, handler, password);
    }

    public TestServer(int port, BlockingHandler handler, @Nullable String password) throws IOException {
        Log log = new Log(System.err);
        Access access = password == null ? Access.OPEN : Access.REGISTRY;
        frontend = new HttpFrontend(
                loops,
                List.of(Route.below("", access, new BlockingRequests(handler, log, null))),
                new BasicAuthentication("admin", Secret.of(password == null ? "" : password)),
                log);
        this.port = frontend.listen("127.0.0.1", port).getPort();
    }

    public int port() {
        return port;
    }

    public String authority() {
        return "127.0.0.1:" + port;
    }

    public URI uri(String path) {
        return URI.create("http://" + authority() + path);
    }

    @Override
    public void close() {
        frontend.close();
        loops.close();
    }
}
