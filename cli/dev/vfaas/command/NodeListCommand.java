package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.ssh.Server;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vfaas node list}. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List the nodes of a cluster",
        footer = {
            "",
            "JSON: [{name, role, ready, schedulable, version, addresses}]",
            "",
            "Examples:",
            "  vfaas node list root@203.0.113.10"
        })
final class NodeListCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server of the cluster")
    String host = "";

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    NodeListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Server server = login.work(session, host)) {
            List<Node> nodes = new Cluster(server).nodes();
            output.show(
                    session.console(),
                    new View(
                            nodes.stream().map(Node::data).toList(),
                            () -> table(nodes),
                            () -> nodes.stream().map(Node::name).toList()));
            return ExitCode.OK.code();
        }
    }

    private static String table(List<Node> nodes) {
        Table table = Table.of("NAME", "ROLE", "STATUS", "VERSION", "ADDRESS");
        for (Node node : nodes) {
            table.row(node.name(), node.role(), node.status(), node.version(), node.addresses());
        }
        return table.toString();
    }
}
