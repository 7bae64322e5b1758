package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.provision.HostStatus;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.engine.Holder;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.k3s.ClusterStatus;
import dev.vfaas.ssh.Server;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas status}. */
@Command(
        name = "status",
        description = "Show what vfaas set up on a server and whether it is still so; changes nothing",
        footer = {
            "",
            "JSON: {host, vfaas, system, interrupted, lock: {who, action, since}, values, files: [{path, state}], drift,",
            "  disk: {total, free}, cluster: {problem, datastore, snapshot, certificateUntil, nodes, workloads}};",
            "  lock and cluster are null where there is none, sizes are bytes, times RFC 3339",
            "With --drift the exit code is 10 when something differs; vfaas up repairs it.",
            "",
            "Examples:",
            "  vfaas status root@203.0.113.10",
            "  vfaas status root@203.0.113.10 --drift -o json"
        })
final class StatusCommand implements Callable<Integer> {
    /** Values that steps keep for themselves and for down: JSON shows them, people have no use for them. */
    private static final List<String> INTERNAL = List.of(
            "sysctl.", "k3s.sum.", "k3s.found", "k3s.started-with", "k3s.kept-for", "restore.from", "ingress.acme-ca");

    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server: [user@]name[:port], or a Host of ~/.ssh/config")
    String host = "";

    @Option(names = "--drift", description = "exit 10 when what vfaas wrote is not as it wrote it")
    boolean drift;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Server server = login.work(session, host)) {
            HostStatus status = new HostStatus.Reader(Clock.systemUTC(), HostFolder.STANDARD)
                    .read(
                            server,
                            new ServerBlueprint(
                                    new K3sSetup(session).blueprint(host), StackSetup.present(session, host, login)));
            Map<String, @Nullable Object> data = status.data();
            output.show(session.console(), new View(data, () -> text(status), () -> List.of(host)));
            return (drift && status.drifted() ? ExitCode.CHANGES_PENDING : ExitCode.OK).code();
        }
    }

    private static String text(HostStatus status) {
        if (status.vfaas().isEmpty()) {
            return status.host() + " (" + status.system() + "): vfaas has not set it up"
                    + (status.interrupted() ? "; a run was cut off" : "");
        }
        StringBuilder text =
                new StringBuilder(status.host() + " (" + status.system() + "), set up by vfaas " + status.vfaas());
        status.values().forEach((name, value) -> {
            if (INTERNAL.stream().noneMatch(name::startsWith)) {
                text.append("\n").append(name).append(": ").append(value);
            }
        });
        if (status.interrupted()) {
            text.append("\na run was cut off; vfaas up finishes it");
        }
        Holder lock = status.lock();
        if (lock != null) {
            text.append("\nbeing changed by ").append(lock.told());
        }
        text.append("\ndisk: ")
                .append(gibibytes(status.disk().free()))
                .append(" of ")
                .append(gibibytes(status.disk().total()))
                .append(" GiB free");
        ClusterStatus cluster = status.cluster();
        if (cluster != null) {
            append(text, cluster);
        }
        Table files = Table.of("FILE", "STATE");
        status.files().forEach(files::row);
        text.append("\n").append(files);
        return text.toString();
    }

    private static void append(StringBuilder text, ClusterStatus cluster) {
        text.append("\ndatastore: ").append(cluster.datastore());
        if (cluster.snapshot() != null) {
            text.append(", newest snapshot of ").append(cluster.snapshot());
        }
        if (cluster.certificate() != null) {
            text.append("\nAPI certificate: until ").append(cluster.certificate());
        }
        if (!cluster.problem().isEmpty()) {
            text.append("\nthe cluster cannot be asked: ").append(cluster.problem());
            return;
        }
        Table nodes = Table.of("NODE", "ROLE", "STATUS", "VERSION", "ADDRESS");
        cluster.nodes()
                .forEach(node -> nodes.row(node.name(), node.role(), node.status(), node.version(), node.addresses()));
        text.append("\n").append(nodes);
        Table workloads = Table.of("NAMESPACE", "NAME", "READY");
        cluster.workloads()
                .forEach(workload -> workloads.row(
                        workload.namespace(), workload.name(), workload.ready() + "/" + workload.wanted()));
        text.append("\n").append(workloads);
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / (double) (1L << 30));
    }
}
