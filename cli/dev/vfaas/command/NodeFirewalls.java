package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.firewall.NodeGate;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.ssh.Server;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The firewalls of the nodes that a command is not logged in to otherwise: each is told of nodes that come and go. */
final class NodeFirewalls {
    private final Session session;
    private final ServerOptions login;
    private final NodeHosts hosts;

    /** @param login of the server that {@code hosts} names */
    NodeFirewalls(Session session, ServerOptions login, NodeHosts hosts) {
        this.session = session;
        this.login = login;
        this.hosts = hosts;
    }

    /** After nodes joined: every node that has a firewall lets in all the others. @param nodes all of the cluster but the first server */
    void meet(List<Node> nodes, List<String> firstsAddresses) {
        List<String> all = new ArrayList<>(firstsAddresses);
        nodes.forEach(node -> all.addAll(List.of(node.addresses().split(" "))));
        each(nodes, "does not let in all nodes of the cluster yet", gate -> gate.letIn(all));
    }

    /** After a node was taken out: none lets its addresses in any more. @param nodes all that are left but the first server */
    void part(List<Node> nodes, List<String> addresses) {
        each(nodes, "still lets in " + String.join(", ", addresses), gate -> gate.letOut(addresses));
    }

    private void each(List<Node> nodes, String otherwise, Consumer<NodeGate> change) {
        Self self = Self.of(session.environment(), session.version());
        for (Node node : nodes) {
            String host = hosts.of(node);
            try (Server server = login.toOther(null).work(session, host)) {
                change.accept(new NodeGate(server, self, Clock.systemUTC(), event -> {}));
            } catch (Failure failure) {
                session.console()
                        .warn("the firewall of " + node.name() + " " + otherwise + ": "
                                + Failure.headline(failure.text())
                                + "; when it can be reached as HOST2: vfaas node add HOST2 --to " + hosts.server());
            }
        }
    }
}
