package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.HostUp;
import dev.vfaas.provision.HostUp.Looked;
import dev.vfaas.provision.HostUp.Prepared;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.firewall.FirewallWish;
import dev.vfaas.provision.firewall.NodeGate;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Join;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.provision.k3s.RegistriesStep;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.provision.preflight.Demands;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas node add}. */
@Command(
        name = "add",
        description = "Set up servers and let them join a cluster",
        footer = {
            "",
            "The servers must reach each other: 6443/tcp, 8472/udp and 10250/tcp, with --server also 2379-2380/tcp.",
            "When the server of --to has the firewall of vfaas, it lets the new one in, and the new one gets its own.",
            "Several join at the same time, with --server one after the other. Of several, each goes on to its own end; the exit",
            "code is that of the failures when they all have the same, else 1.",
            "JSON: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas node add root@203.0.113.11 --to root@203.0.113.10",
            "  vfaas node add root@203.0.113.12 --to root@203.0.113.10 --server",
            "  vfaas node add worker1 worker2 worker3 --to root@203.0.113.10"
        })
final class NodeAddCommand implements Callable<Integer> {
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration READY = Duration.ofMinutes(4);

    private final Session session;

    @Parameters(
            paramLabel = "HOST",
            arity = "1..*",
            description = "the new servers: [user@]name[:port], or a Host of ~/.ssh/config")
    List<String> hosts = new ArrayList<>();

    @Option(names = "--to", paramLabel = "HOST", required = true, description = "a server of the cluster")
    String to = "";

    @Option(names = "--server", description = "run the control plane there too; the cluster's datastore must be etcd")
    boolean server;

    @Mixin
    K3sSourceOptions source = new K3sSourceOptions();

    @Option(
            names = "--lock-wait",
            paramLabel = "TIME",
            description = "how long to wait while someone else changes the new server (default: 0s)")
    Duration lockWait = Duration.ZERO;

    @Option(
            names = "--to-host-key",
            paramLabel = "SHA256:...",
            description = "the key the server of the cluster must show when it is not known yet")
    @Nullable
    String toHostKey;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    /** The one of {@link #hosts} that this is about. */
    private String host = "";

    /** Which host has which name, of those that join at the same time: the cluster does not know them yet. */
    private Map<String, String> names = new ConcurrentHashMap<>();

    /** Whether nodes of the cluster let in only nodes they know. */
    private AtomicBoolean closed = new AtomicBoolean();

    NodeAddCommand(Session session) {
        this.session = session;
    }

    /** The same for one of its hosts. */
    private NodeAddCommand of(Session part, String one) {
        NodeAddCommand command = new NodeAddCommand(part);
        command.host = one;
        command.names = names;
        command.closed = closed;
        command.to = to;
        command.server = server;
        command.source = source;
        command.lockWait = lockWait;
        command.toHostKey = toHostKey;
        command.login = login;
        command.output = output;
        return command;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (hosts.size() == 1) {
            int code = of(session, hosts.getFirst()).add();
            meet();
            return code;
        }
        SeveralHosts.requireDistinct(hosts);
        login.requireFitForSeveral();
        boolean json = output.json || output.format == OutputFormat.JSON;
        // etcd takes one new member at a time.
        int code = new SeveralHosts(session, json, server ? 1 : hosts.size())
                .run(hosts, (part, one) -> of(part, one).add());
        meet();
        return code;
    }

    private int add() throws InterruptedException {
        boolean json = output.json || output.format == OutputFormat.JSON;
        try (Server first = login.toOther(toHostKey).work(session, to);
                ServerVisit visit = new ServerVisit(session, login, host, "node-add");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json)) {
            Cluster cluster = new Cluster(first);
            Join join = cluster.join();
            if (server && !join.etcd()) {
                throw Failure.usage(
                                "the cluster of " + to + " keeps its state in SQLite, which one server alone can use")
                        .next("leave --server out: the host then runs pods only");
            }
            NodeGate gate = new NodeGate(first, visit.self(), visit.clock(), events);
            List<Node> before = cluster.nodes();
            NodeImage image = new NodeImage(session, first);
            HostUp up = new HostUp(
                    visit.server(),
                    facts -> new ServerBlueprint(
                                    firewall(gate, before, facts),
                                    pulling(first, blueprint(cluster, join, gate, facts)),
                                    image::steps)
                            .steps(facts),
                    Demands.k3s(false, List.of(), LocalDate.now(ZoneOffset.UTC)),
                    visit.self(),
                    visit.clock(),
                    events);
            Looked looked = up.look(Depth.NEEDED);
            looked.requireNoBlock(host);
            Prepared prepared = up.prepare(looked);
            gate.letIn(looked.facts().network().addresses());
            if (!prepared.plan().nothingToDo()) {
                Map<Step, Duration> took = up.apply(prepared, lockWait);
                visit.log().line("done: " + took.size() + " steps");
            }
            Node node = cluster.awaitReady(looked.facts().network().addresses(), READY, visit.clock());
            image.mark(node);
            events.done();
            events.emit(Fields.of(
                    "event",
                    "done",
                    "node",
                    node.name(),
                    "commands",
                    visit.server().commands()));
            events.close();
            if (!json) {
                session.console()
                        .result(host + " is node " + node.name() + " (" + node.role() + ") of the cluster of " + to
                                + (prepared.plan().nothingToDo() ? "; nothing was to do" : ""));
            }
            closed.compareAndSet(false, gate.closed());
            return ExitCode.OK.code();
        }
    }

    /** A node of a cluster that has its own image store pulls from it with the cluster's password, which is shown nowhere. */
    private static K3sBlueprint pulling(Server cluster, K3sBlueprint node) {
        Completed password = cluster.runAsRoot(RegistriesStep.read(), SHORT);
        return password.ok() && !password.out().isBlank()
                ? node.beforeStart(new RegistriesStep(Secret.of(password.out().strip())))
                : node;
    }

    private static FirewallWish firewall(NodeGate gate, List<Node> nodes, Facts facts) {
        return gate.ofNode(
                nodes.stream()
                        .flatMap(node -> Stream.of(node.addresses().split(" ")))
                        .toList(),
                facts.network().addresses());
    }

    /** The servers beside those two that {@link #add} was logged in to, and those that joined at the same time, learn of each other. */
    private void meet() {
        if (!closed.get()) {
            return;
        }
        ServerOptions toFirst = login.toOther(toHostKey);
        try (Server first = toFirst.work(session, to)) {
            NodeGate gate = new NodeGate(first, self(), Clock.systemUTC(), event -> {});
            List<String> addresses = gate.addresses();
            List<Node> others = new Cluster(first)
                    .nodes().stream().filter(node -> !node.at(addresses)).toList();
            // One that joined alone has been told of all others when its own rules were made.
            if (others.size() > 1) {
                new NodeFirewalls(session, toFirst, new NodeHosts(to, names)).meet(others, addresses);
            }
        }
    }

    private Self self() {
        return Self.of(session.environment(), session.version());
    }

    private K3sBlueprint blueprint(Cluster cluster, Join join, NodeGate gate, Facts facts) {
        String first = names.putIfAbsent(facts.hostname().toLowerCase(Locale.ROOT), host);
        boolean sameName = (first != null && !first.equals(host))
                || cluster.taken(facts.hostname(), facts.network().addresses());
        Role role = server
                ? new Role.Server(join.url(), join.token(), sameName)
                : new Role.Agent(join.url(), join.token(), sameName);
        K3sUpOptions options = K3sUpOptions.of(join.version().toString(), source);
        K3sSetup setup = new K3sSetup(session);
        return setup.blueprint(setup.options(host, role, options).withIngress(gate.world()));
    }
}
