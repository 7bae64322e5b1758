package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.context.ServerContext;
import dev.vfaas.context.SshRoute;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.provision.k3s.KubeconfigFile;
import dev.vfaas.ssh.Server;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas host forward}. */
@Command(
        name = "forward",
        description = "Keep the gateway and the API server of a server reachable on this machine, until Ctrl-C",
        footer = {
            "",
            "For faas-cli, browsers and kubectl; vfaas's own commands find their way without it.",
            "A connection that breaks is opened again. JSON: [{name, url, to}]",
            "",
            "Examples:",
            "  vfaas host forward root@203.0.113.10",
            "  vfaas host forward root@203.0.113.10 --port 8080"
        })
final class HostForwardCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofSeconds(20);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final int API_SERVER = 6443;

    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server: [user@]name[:port], or a Host of ~/.ssh/config")
    String host = "";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "port of this machine for the gateway (default: that of the server's context)")
    int port;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    HostForwardCommand(Session session) {
        this.session = session;
    }

    /** @param url where it is on this machine, and {@code to} where that leads as the server sees it */
    private record Shown(String name, String url, String to) {}

    @Override
    public Integer call() throws InterruptedException {
        ServerContext kept = login.context(session, host);
        Context gateway = kept.find().orElse(null);
        boolean cluster = new KubeconfigFile(session.environment()).knows(kept.name());
        if (gateway == null && !cluster) {
            throw Failure.usage("nothing on this machine says what could be reached on " + host)
                    .next("vfaas up " + host);
        }
        if (gateway == null && port != 0) {
            throw Failure.usage("--port: there is no gateway on " + host + " that this machine knows of")
                    .next("vfaas up " + host);
        }
        try (Server server = login.connect(session, host);
                Console.Cleanup _ = session.console().onInterrupt(server::close)) {
            List<Server.Forward> open = new ArrayList<>();
            try {
                List<Shown> shown = new ArrayList<>();
                SshRoute route = gateway == null ? null : gateway.route();
                if (gateway != null && route != null) {
                    int local = port == 0 ? URI.create(gateway.gateway().text()).getPort() : port;
                    open.add(server.forward(route.host(), route.port(), local));
                    shown.add(new Shown("gateway", "http://127.0.0.1:" + local, route.forward()));
                }
                if (cluster) {
                    int local = K3sBlueprint.apiPort(kept.name());
                    open.add(server.forward("127.0.0.1", API_SERVER, local));
                    shown.add(new Shown("API server", "https://127.0.0.1:" + local, "127.0.0.1:" + API_SERVER));
                }
                show(kept.name(), shown);
                keep(server);
            } finally {
                open.forEach(Server.Forward::close);
            }
        }
        return ExitCode.OK.code();
    }

    private void show(String name, List<Shown> all) {
        Table table = Table.of("WHAT", "ON THIS MACHINE", "ON " + host);
        all.forEach(one -> table.row(one.name(), one.url(), one.to()));
        output.show(
                session.console(),
                new View(
                        all.stream().map(HostForwardCommand::data).toList(),
                        table::toString,
                        () -> all.stream().map(Shown::url).toList()));
        session.console().flush();
        if (all.stream().anyMatch(one -> one.name().equals("API server"))) {
            session.console().info("kubectl --context " + name + " get nodes");
        }
        session.console().info("open until Ctrl-C");
    }

    private static Map<String, Object> data(Shown one) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("name", one.name());
        data.put("url", one.url());
        data.put("to", one.to());
        return data;
    }

    /** Opens the connection again when it breaks; ends only when it is interrupted, or when the server refuses the login. */
    private void keep(Server server) throws InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            Thread.sleep(pause);
            if (server.connected()) {
                pause = FIRST_PAUSE_MILLIS;
                continue;
            }
            session.console().warn("the connection to " + host + " broke");
            try {
                server.run(dev.vfaas.ssh.Command.of("true"), LOOK);
                session.console().info("connected to " + host + " again");
                pause = FIRST_PAUSE_MILLIS;
            } catch (Failure failure) {
                if (failure.exitCode() == ExitCode.AUTHENTICATION) {
                    throw failure;
                }
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
                session.console().warn(failure.text() + "; tried again in " + pause / 1000 + " s");
            }
        }
    }
}
