package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.provision.HostUp;
import dev.vfaas.provision.HostUp.Looked;
import dev.vfaas.provision.HostUp.Prepared;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.backup.ArchiveReader;
import dev.vfaas.provision.backup.ArchiveReader.Checked;
import dev.vfaas.provision.backup.Manifest;
import dev.vfaas.provision.backup.Restore;
import dev.vfaas.provision.backup.Restore.Standing;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript.Depth;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.provision.preflight.Demands;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas restore}. */
@Command(
        name = "restore",
        description = {
            "Make a fresh server the one a backup was made of: same K3s, datastore, keys, volumes and images",
            "With --force a server whose cluster is replaced by the backup's; its data are lost."
        },
        footer = {
            "",
            "The node keeps the name it had, whatever the new server is called. Nodes of other servers are taken out when",
            "the address is another one; join them anew with vfaas node add.",
            "JSON: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas restore root@203.0.113.20 vfaas-203.0.113.10-20260301T030000.tar.gz",
            "  age -d monday.age > monday.tar.gz && vfaas restore root@203.0.113.20 monday.tar.gz"
        })
final class RestoreCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "HOST",
            description = "the server to restore to: [user@]name[:port], or a Host of ~/.ssh/config")
    String host = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "what vfaas backup wrote")
    String file = "";

    @Option(names = "--force", description = "also on a server that has a cluster of vfaas's; its data are lost")
    boolean force;

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    boolean yes;

    @Mixin
    K3sSourceOptions source = new K3sSourceOptions();

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long sending may take (default: 2h)")
    Duration timeout = Duration.ofHours(2);

    @Option(names = "--wait", paramLabel = "TIME", description = "how long to wait for pods (default: 5m)")
    Duration patience = Duration.ofMinutes(5);

    @Option(
            names = "--lock-wait",
            paramLabel = "TIME",
            description = "how long to wait while someone else changes the server (default: 0s)")
    Duration lockWait = Duration.ZERO;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    RestoreCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean json = output.json || output.format == OutputFormat.JSON;
        Checked backup = new ArchiveReader().check(session.environment().resolve(file));
        Manifest manifest = backup.manifest();
        Restore restore = new Restore(backup, host, K3sSetup.name(host), timeout, patience);
        try (ServerVisit visit = new ServerVisit(session, login, host, "restore");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json)) {
            boolean[] again = {false};
            HostUp up = new HostUp(
                    visit.server(),
                    facts -> new ServerBlueprint(
                                    k3s(manifest).beforeStart(restore.data(again[0])),
                                    known -> Stream.concat(
                                                    Stream.of(restore.revive(known)),
                                                    StackSetup.access(session, host, login, known).stream())
                                            .toList())
                            .steps(facts),
                    Demands.k3s(false, List.of(), LocalDate.now(ZoneOffset.UTC)),
                    visit.self(),
                    visit.clock(),
                    events);
            Looked looked = up.look(Depth.NEEDED);
            looked.requireNoBlock(host);
            Facts facts = looked.facts();
            Standing standing = restore.standing(facts);
            again[0] = standing == Standing.OCCUPIED;
            if (standing == Standing.OCCUPIED) {
                agree(manifest);
            }
            boolean moved = restore.moved(facts);
            if (standing != Standing.BEGUN) {
                restore.announce(visit.server(), facts);
            }
            Prepared prepared = up.prepare(up.look(Depth.NEEDED));
            Map<?, ?> took = up.apply(prepared, "restore", lockWait);
            events.done();
            tell(manifest, moved, events, json);
            visit.log().line("done: " + took.size() + " steps");
            return ExitCode.OK.code();
        }
    }

    private K3sBlueprint k3s(Manifest manifest) {
        K3sUpOptions options = K3sUpOptions.of(manifest.fact("k3s"), source);
        K3sSetup setup = new K3sSetup(session);
        return setup.blueprint(setup.options(host, new Role.First(), options));
    }

    private void agree(Manifest manifest) {
        if (!force) {
            throw Failure.of(
                            ExitCode.PREFLIGHT,
                            host + " has a cluster already; restoring would destroy its data. Nothing was changed")
                    .next("vfaas backup " + host + " first, then vfaas restore " + host + " " + file + " --force");
        }
        new TypedConfirmation(session.console(), host, yes)
                .require(
                        List.of("The cluster of " + host + " will be destroyed and replaced by that of "
                                + manifest.host() + " of " + manifest.created()),
                        "replace it",
                        "nothing was changed");
    }

    private void tell(Manifest manifest, boolean moved, RunEvents events, boolean json) {
        List<String> others = List.of(manifest.fact("nodes").split(" ")).stream()
                .filter(node -> !node.equals(manifest.fact("node")))
                .toList();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("event", "done");
        data.put("from", manifest.host());
        data.put("created", manifest.created());
        data.put("node", manifest.fact("node"));
        data.put("others", others);
        events.emit(data);
        events.close();
        manifest.warnings().forEach(session.console()::warn);
        if (json) {
            return;
        }
        session.console()
                .result(host + " is what " + manifest.host() + " was at " + manifest.created() + ": K3s "
                        + manifest.fact("k3s") + ", node " + manifest.fact("node"));
        if (!others.isEmpty()) {
            session.console()
                    .warn((moved ? "no longer in the cluster: " : "to be joined anew if they were servers: ")
                            + String.join(", ", others) + " (vfaas node add HOST2 --to " + host + ")");
        }
        session.console().info("next: vfaas up " + host + ", which sees to the rest of what was chosen there");
    }
}
