package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Removal;
import dev.vfaas.provision.engine.Removal.Inventory;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.firewall.NodeGate;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.provision.stack.StackBlueprint;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas node remove}. */
@Command(
        name = "remove",
        aliases = "rm",
        description =
                "Move the pods of a server elsewhere, take it out of its cluster, and take away what vfaas put there",
        footer = {
            "",
            "Without --yes the server's name has to be typed. JSON: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas node remove root@203.0.113.11 --from root@203.0.113.10"
        })
final class NodeRemoveCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "HOST", description = "the server to take out")
    String host = "";

    @Option(names = "--from", paramLabel = "HOST", required = true, description = "another server of the cluster")
    String from = "";

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    boolean yes;

    @Option(
            names = "--from-host-key",
            paramLabel = "SHA256:...",
            description = "the key the other server must show when it is not known yet")
    @Nullable
    String fromHostKey;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    NodeRemoveCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean json = output.json || output.format == OutputFormat.JSON;
        try (Server first = login.toOther(fromHostKey).work(session, from);
                ServerVisit visit = new ServerVisit(session, login, host, "node-remove");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json)) {
            Facts facts = new FactsScript(visit.clock(), HostFolder.STANDARD.path())
                    .collect(visit.server(), Depth.NEEDED, List.of());
            Cluster cluster = new Cluster(first);
            Optional<Node> node = cluster.node(facts.network().addresses());
            K3sSetup setup = new K3sSetup(session);
            // To take it away it does not matter what it was told to join with.
            Role role = new Role.Agent("https://" + K3sSetup.name(from) + ":6443", Secret.of(""), false);
            ServerBlueprint blueprint =
                    new ServerBlueprint(setup.blueprint(setup.options(host, role, new K3sUpOptions())));
            Removal removal = new Removal(visit.server(), HostFolder.STANDARD, visit.self(), visit.clock(), events);
            Inventory inventory = removal.inventory(facts, blueprint.steps(facts));
            if (node.isEmpty() && !inventory.present()) {
                throw Failure.usage(host + " is no node of the cluster of " + from)
                        .next("vfaas node list " + from);
            }
            node.ifPresent(found -> requireAnother(cluster, found));
            requireNoGateway(facts);
            new TypedConfirmation(session.console(), host, yes)
                    .require(
                            inventory.lines().stream().map(line -> "  " + line).toList(),
                            "take it out",
                            "nothing was changed");
            node.ifPresent(found -> {
                // A node that does not answer, for example since an earlier run uninstalled it, ends no pods.
                if (found.ready()) {
                    cluster.drain(found.name());
                }
                if (found.role().equals("server")) {
                    // While it still runs: of two members of etcd the one that is left could not agree to anything.
                    cluster.leaveDatastore(found.name());
                }
            });
            if (inventory.present()) {
                removal.remove(inventory, Duration.ZERO);
            }
            node.ifPresent(found -> cluster.delete(found.name()));
            letOut(first, visit, events, cluster, facts.network().addresses());
            events.done();
            events.emit(Fields.of("event", "done", "node", node.map(Node::name).orElse("")));
            events.close();
            if (!json) {
                session.console().result(host + " is out of the cluster of " + from);
            }
            return ExitCode.OK.code();
        }
    }

    /** No firewall of the cluster lets it in any more. */
    private void letOut(Server first, ServerVisit visit, RunEvents events, Cluster cluster, List<String> addresses) {
        NodeGate gate = new NodeGate(first, visit.self(), visit.clock(), events);
        gate.letOut(addresses);
        List<Node> others = gate.closed()
                ? cluster.nodes().stream()
                        .filter(other -> !other.at(gate.addresses()) && !other.at(addresses))
                        .toList()
                : List.of();
        new NodeFirewalls(session, login.toOther(fromHostKey), new NodeHosts(from, Map.of())).part(others, addresses);
    }

    /** The gateway's data are on the server that vfaas up was told of, and nowhere else. */
    private void requireNoGateway(Facts facts) {
        if (StackBlueprint.of(facts).filter(StackChoice.VFAAS::equals).isPresent()) {
            throw Failure.usage(
                            host + " has the gateway's data (functions, secrets, queue, images), which would be lost;"
                                    + " nothing was changed")
                    .next("vfaas backup " + host + " -o FILE, and vfaas restore on the server that shall have them");
        }
    }

    /** The last server is the cluster. */
    private void requireAnother(Cluster cluster, Node leaving) {
        boolean another = cluster.nodes().stream()
                .anyMatch(
                        other -> other.role().equals("server") && !other.name().equals(leaving.name()));
        if (!another) {
            throw Failure.usage(host + " is the last server of the cluster; without it there is none")
                    .next("vfaas down " + host + " takes the cluster away");
        }
    }
}
