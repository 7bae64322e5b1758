package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.backup.Backup;
import dev.vfaas.provision.backup.Manifest;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Removal;
import dev.vfaas.provision.engine.Removal.Inventory;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas down}. */
@Command(
        name = "down",
        description = "Take away from a server everything vfaas put there, and nothing else",
        footer = {
            "",
            "Without --yes the server's name has to be typed. JSON: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas down root@203.0.113.10",
            "  vfaas down root@203.0.113.10 --yes --backup ./kept"
        })
final class DownCommand implements Callable<Integer> {
    private static final Duration BACKUP = Duration.ofHours(2);
    private static final Duration SHORT = Duration.ofSeconds(30);

    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server: [user@]name[:port], or a Host of ~/.ssh/config")
    String host = "";

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    boolean yes;

    @Option(
            names = "--backup",
            paramLabel = "DIR",
            description = "first save the cluster in a file in DIR, as vfaas backup does")
    @Nullable
    String backup;

    @Option(
            names = "--lock-wait",
            paramLabel = "TIME",
            description = "how long to wait while someone else changes the server (default: 0s)")
    Duration lockWait = Duration.ZERO;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    DownCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean json = output.json || output.format == OutputFormat.JSON;
        try (ServerVisit visit = new ServerVisit(session, login, host, "down");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json)) {
            Facts facts = facts(visit);
            Removal removal = new Removal(visit.server(), HostFolder.STANDARD, visit.self(), visit.clock(), events);
            Inventory inventory = removal.inventory(facts, steps(facts));
            if (!inventory.present()) {
                events.emit(Fields.of("event", "nothing-to-do"));
                if (!json) {
                    session.console().result(host + ": vfaas put nothing there");
                }
                return ExitCode.OK.code();
            }
            events.emit(Fields.of("event", "removal", "items", inventory.lines()));
            requireFirst(visit.server());
            confirm(inventory, others(visit.server(), facts));
            if (backup != null) {
                save(visit, events, facts, backup);
                facts = facts(visit);
                inventory = removal.inventory(facts, steps(facts));
            }
            removal.remove(inventory, lockWait);
            events.done();
            events.emit(Fields.of("event", "done", "commands", visit.server().commands()));
            if (!json) {
                session.console()
                        .result(host + ": removed " + inventory.lines().size() + " things; log: "
                                + visit.log().file());
            }
            return ExitCode.OK.code();
        }
    }

    private static Facts facts(ServerVisit visit) {
        return new FactsScript(visit.clock(), HostFolder.STANDARD.path())
                .collect(visit.server(), Depth.NEEDED, List.of());
    }

    private List<Step> steps(Facts facts) {
        return new ServerBlueprint(new K3sSetup(session).blueprint(host), StackSetup.present(session, host, login))
                .steps(facts);
    }

    /** A node that joined a cluster leaves it by {@code node remove}, unless that cluster is gone. */
    private void requireFirst(Server server) {
        String joined = server.runAsRoot(
                        dev.vfaas.ssh.Command.of("sed", "-n", "s/^server: //p", Role.configuredIn()), SHORT)
                .out()
                .strip();
        if (joined.isEmpty()) {
            return;
        }
        URI cluster = URI.create(joined.replace("'", ""));
        String address = String.valueOf(cluster.getHost()).replaceAll("[\\[\\]]", "");
        Completed answers = server.runAsRoot(
                dev.vfaas.ssh.Command.of(
                        "timeout",
                        "5",
                        "bash",
                        "-c",
                        "exec 3<>\"/dev/tcp/$1/$2\"",
                        "-",
                        address,
                        String.valueOf(cluster.getPort())),
                SHORT);
        if (answers.ok()) {
            throw Failure.usage(host + " is a node of the cluster of " + address
                            + ", which would go on waiting for it; nothing was removed")
                    .next("vfaas node remove " + host + " --from " + address);
        }
    }

    /** The other nodes of the cluster, as far as it answers. */
    private static List<Node> others(Server server, Facts facts) {
        if (facts.presence().k3s() == null) {
            return List.of();
        }
        try {
            return new Cluster(server)
                    .nodes().stream()
                            .filter(node -> !node.at(facts.network().addresses()))
                            .toList();
        } catch (Failure stopped) {
            return List.of();
        }
    }

    private void confirm(Inventory inventory, List<Node> others) {
        List<String> what = new ArrayList<>(List.of("This will be removed from " + host + ":"));
        inventory.lines().forEach(line -> what.add("  " + line));
        if (!others.isEmpty()) {
            what.add("The cluster ends with it for its other nodes too: "
                    + others.stream().map(Node::name).collect(Collectors.joining(", ")));
        }
        new TypedConfirmation(session.console(), host, yes).require(what, "remove it", "nothing was removed");
    }

    /** Everything the cluster is, as {@code vfaas backup} saves it; what was planned before is out of date then. */
    private void save(ServerVisit visit, RunEvents events, Facts facts, String folder) {
        Path file = session.environment().resolve(folder).resolve(BackupCommand.name(host, visit));
        Backup backups = new Backup(visit.server(), visit.self(), visit.clock(), events);
        Manifest saved;
        try {
            saved = backups.write(facts, new Backup.Wish(host, true, BACKUP, lockWait), file);
        } catch (Failure failure) {
            throw Failure.of(failure.exitCode(), "the backup failed, so nothing was removed: " + failure.text())
                    .because(failure)
                    .next(failure.next() == null ? "vfaas down " + host + " without --backup" : failure.next());
        }
        saved.warnings().forEach(session.console()::warn);
        session.console().info("saved " + file);
    }
}
