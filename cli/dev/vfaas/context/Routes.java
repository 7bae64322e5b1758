package dev.vfaas.context;

import dev.vfaas.console.Environment;
import dev.vfaas.openfaas.Way;
import dev.vfaas.ssh.ConnectOptions;
import dev.vfaas.ssh.Prompts;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Servers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.net.SocketFactory;

/** The ways through SSH that one run of the tool uses: one login a server, kept for the length of the run. Thread-safe. */
public final class Routes implements AutoCloseable {
    private final Environment environment;
    private final Prompts prompts;
    private final Map<SshRoute, Way> ways = new HashMap<>();
    private final Set<Server> own = new HashSet<>();

    /** @param prompts asked about unknown host keys and encrypted private keys */
    public Routes(Environment environment, Prompts prompts) {
        this.environment = environment;
        this.prompts = prompts;
    }

    /** Logs in, unless that was done before. Fails with exit 4 for host keys and authentication, 6 for a server out of reach. */
    public synchronized Way open(SshRoute route) {
        Way known = ways.get(route);
        if (known != null) {
            return known;
        }
        ConnectOptions options = ConnectOptions.standard().withIdentity(route.identity());
        Server server = new Servers(environment, prompts).connect(route.server(), options);
        own.add(server);
        return use(route, server);
    }

    /** Goes through a server that is logged in to already and that its owner closes. */
    public synchronized Way use(SshRoute route, Server server) {
        Way way = new ThroughSsh(route, server, server.sockets(route.host(), route.port()));
        ways.put(route, way);
        return way;
    }

    @Override
    public synchronized void close() {
        own.forEach(Server::close);
        own.clear();
        ways.clear();
    }

    private record ThroughSsh(SshRoute route, Server connection, SocketFactory sockets) implements Way {
        @Override
        public boolean broken() {
            return !connection.connected();
        }

        @Override
        public String text() {
            return route.toString();
        }

        @Override
        public String server() {
            return route.server().toString();
        }

        @Override
        public String login() {
            return server() + (route.identity() == null ? "" : " --identity " + route.identity());
        }
    }
}
