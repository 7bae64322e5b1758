package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.provision.HostUp;
import dev.vfaas.provision.HostUp.Prepared;
import dev.vfaas.provision.engine.Engine;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.k3s.Catalogue;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.provision.k3s.K3sVersion;
import dev.vfaas.provision.k3s.UpgradePath;
import dev.vfaas.provision.preflight.Demands;
import dev.vfaas.provision.stack.StackBlueprint;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.ssh.Server;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas upgrade}. */
@Command(
        name = "upgrade",
        description = {
            "Upgrade a cluster: K3s on all its servers, one after the other",
            "Servers come before agents; the datastore is saved first; a K3s that does not start is put back.",
            "Then what serves functions is moved to this vfaas's version."
        },
        footer = {
            "",
            "Other servers of the cluster are reached at their node's address with HOST's user, or as --node says.",
            "With --check the exit code is 10 when something would be upgraded.",
            "JSON with --check: {target, stack, nodes: [{name, role, version, target}]}",
            "JSON: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas upgrade root@203.0.113.10 --check",
            "  vfaas upgrade root@203.0.113.10",
            "  vfaas upgrade root@203.0.113.10 --k3s v1.35.7+k3s1 --node worker=root@203.0.113.11"
        })
final class UpgradeCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "HOST",
            description = "a server of the cluster: [user@]name[:port], or a Host of ~/.ssh/config")
    String host = "";

    @Option(
            names = "--k3s",
            paramLabel = "VERSION",
            description = "the version to go to (default: the newest known one, at most one minor version away)")
    @Nullable
    String version;

    @Option(names = "--check", description = "only say what would be upgraded")
    boolean check;

    @Option(
            names = "--node",
            paramLabel = "NAME=HOST",
            description = "how to reach the server of a node, for example worker=root@203.0.113.11")
    Map<String, String> hosts = new LinkedHashMap<>();

    @Option(names = "--k3s-only", description = "leave what serves functions as it is")
    boolean k3sOnly;

    @Option(names = "--no-drain", description = "leave pods on their node while its K3s is replaced")
    boolean noDrain;

    @Mixin
    K3sSourceOptions source = new K3sSourceOptions();

    @Option(
            names = "--lock-wait",
            paramLabel = "TIME",
            description = "how long to wait while someone else changes a server (default: 0s)")
    Duration lockWait = Duration.ZERO;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    UpgradeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (source.airgap != null && version == null) {
            throw Failure.usage("with --airgap, --k3s must say which version the folder holds")
                    .next("vfaas upgrade " + host + " --airgap " + source.airgap + " --k3s VERSION");
        }
        try (Server server = login.work(session, host)) {
            Cluster cluster = new Cluster(server);
            Facts facts = new FactsScript(Clock.systemUTC(), HostFolder.STANDARD.path())
                    .collect(server, Depth.NEEDED, List.of());
            requireOurs(facts);
            List<Node> nodes = nodes(cluster, facts);
            UpgradePath path = new UpgradePath(nodes, Catalogue.bundled());
            K3sVersion target = path.target(Optional.ofNullable(version).map(K3sVersion::parse), facts.cgroup());
            Optional<Node> own = cluster.node(facts.network().addresses());
            List<Node> pending = new ArrayList<>(path.pending(target, own));
            // Cut off after the new K3s was started, the node has its version but the run is not finished.
            own.filter(node -> facts.kept().journal() != null && !pending.contains(node))
                    .ifPresent(pending::addFirst);
            boolean stack = StackBlueprint.of(facts)
                    .map(choice -> choice != StackChoice.NONE)
                    .orElse(false);
            if (check) {
                boolean stackPending = stack && !k3sOnly && stackPending(server, facts);
                show(nodes, pending, target, stackPending);
                boolean nothing = pending.isEmpty() && !stackPending;
                return (nothing ? ExitCode.OK : ExitCode.CHANGES_PENDING).code();
            }
            boolean json = output.json || output.format == OutputFormat.JSON;
            NodeUpgrade upgrade = new NodeUpgrade(
                    session, cluster, target, K3sUpOptions.of(target.toString(), source), lockWait, json);
            boolean drain = nodes.size() > 1 && !noDrain;
            NodeHosts reached = NodeHosts.said(host, hosts);
            for (Node node : pending) {
                boolean here = own.map(node::equals).orElse(false);
                ServerOptions options = here ? login : login.toOther(null);
                upgrade.run(node, here ? host : reached.of(node), options, here, drain);
            }
            if (!json) {
                session.console()
                        .result(host + ": " + nodes.size() + (nodes.size() == 1 ? " node runs" : " nodes run") + " K3s "
                                + target + (pending.isEmpty() ? "; nothing to do" : ""));
            }
            // With the nodes at their version, the rest is what up does: it moves the stack to this vfaas's version.
            if (!stack || k3sOnly) {
                return ExitCode.OK.code();
            }
            int code = new ServerUp(session, upOptions(), output).run(host);
            if (code == ExitCode.OK.code()) {
                images(server, nodes, own, reached, json);
            }
            return code;
        }
    }

    /** Brings the gateway's image, as the cluster runs it now, to the other nodes. */
    private void images(Server server, List<Node> nodes, Optional<Node> own, NodeHosts reached, boolean json) {
        NodeImage image = new NodeImage(session, server);
        if (!image.present()) {
            return;
        }
        for (Node node : nodes) {
            if (own.map(node::equals).orElse(false)) {
                continue;
            }
            String other = reached.of(node);
            try (ServerVisit visit = new ServerVisit(session, login.toOther(null), other, "upgrade");
                    RunEvents events = new RunEvents(session.console(), visit.log(), other, json)) {
                HostUp up = new HostUp(
                        visit.server(),
                        image::steps,
                        Demands.bare(LocalDate.now(ZoneOffset.UTC)),
                        visit.self(),
                        visit.clock(),
                        events);
                Prepared prepared = up.prepare(up.look(Depth.NEEDED));
                if (!prepared.plan().nothingToDo()) {
                    up.apply(prepared, "upgrade", lockWait);
                }
                events.done();
                image.mark(node);
            } catch (Failure failure) {
                if (failure.exitCode() == ExitCode.INTERRUPTED) {
                    throw failure;
                }
                session.console()
                        .warn(node.name() + " may still have the former image of the gateway: " + failure.text()
                                + "; vfaas node add " + other + " --to " + host + " brings the new one");
            }
        }
    }

    private ServerUpOptions upOptions() {
        ServerUpOptions options = new ServerUpOptions();
        options.login = login;
        options.lockWait = lockWait;
        return options;
    }

    /** Whether up would change what serves functions. */
    private boolean stackPending(Server server, Facts facts) {
        StackSetup stack = StackSetup.of(session, host, upOptions());
        Engine engine = new Engine(
                server,
                HostFolder.STANDARD,
                Self.of(session.environment(), session.version()),
                Clock.systemUTC(),
                event -> {});
        return !engine.plan(facts, stack.blueprint().steps(facts)).pending().isEmpty();
    }

    /** A K3s that was being started when a run was cut off answers nobody; up starts it. */
    private List<Node> nodes(Cluster cluster, Facts facts) {
        try {
            return cluster.nodes();
        } catch (Failure away) {
            if (facts.kept().journal() == null) {
                throw away;
            }
            throw Failure.of(away.exitCode(), away.text() + "\nan earlier run was cut off there")
                    .because(away)
                    .next("vfaas up " + host + ", which finishes it; then the same upgrade again");
        }
    }

    private void requireOurs(Facts facts) {
        if (facts.kept().state() == null || facts.presence().k3s() == null) {
            throw Failure.usage(host + " has no K3s that vfaas set up").next("vfaas up " + host);
        }
    }

    private void show(List<Node> nodes, List<Node> pending, K3sVersion target, boolean stack) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("target", target.toString());
        data.put("stack", stack);
        data.put(
                "nodes",
                nodes.stream()
                        .map(node -> Fields.of(
                                "name",
                                node.name(),
                                "role",
                                node.role(),
                                "version",
                                node.version(),
                                "target",
                                target.toString()))
                        .toList());
        output.show(
                session.console(),
                new View(
                        data,
                        () -> {
                            Table table = Table.of("NODE", "ROLE", "K3S", "UPGRADE");
                            nodes.forEach(node -> table.row(
                                    node.name(),
                                    node.role(),
                                    node.version(),
                                    node.version().equals(target.toString())
                                            ? node.held() ? "let pods in again" : "none"
                                            : "to " + target));
                            return table + (stack ? "\nstack: to that of vfaas " + session.version() : "");
                        },
                        () -> pending.stream().map(Node::name).toList()));
    }
}
