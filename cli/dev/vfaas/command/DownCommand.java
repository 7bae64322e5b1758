package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.provision.ServerBlueprint;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.engine.Removal;
import dev.vfaas.provision.engine.Removal.Inventory;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
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
    private static final Duration BACKUP = Duration.ofMinutes(5);

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
            description = "first save what vfaas wrote, its state and audit log as a tar file in DIR")
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
            Facts facts = new FactsScript(visit.clock(), HostFolder.STANDARD.path())
                    .collect(visit.server(), Depth.NEEDED, List.of());
            Removal removal = new Removal(visit.server(), HostFolder.STANDARD, visit.self(), visit.clock(), events);
            Inventory inventory = removal.inventory(
                    facts,
                    new ServerBlueprint(new K3sSetup(session).blueprint(host), StackSetup.present(session, host))
                            .steps(facts));
            if (!inventory.present()) {
                events.emit(Map.of("event", "nothing-to-do"));
                if (!json) {
                    session.console().result(host + ": vfaas put nothing there");
                }
                return ExitCode.OK.code();
            }
            events.emit(Map.of("event", "removal", "items", inventory.lines()));
            confirm(inventory);
            if (backup != null) {
                save(visit, inventory);
            }
            removal.remove(inventory, lockWait);
            events.done();
            events.emit(Map.of("event", "done", "commands", visit.server().commands()));
            if (!json) {
                session.console()
                        .result(host + ": removed " + inventory.lines().size() + " things; log: "
                                + visit.log().file());
            }
            return ExitCode.OK.code();
        }
    }

    private void confirm(Inventory inventory) {
        if (yes) {
            return;
        }
        session.console().info("This will be removed from " + host + ":");
        inventory.lines().forEach(line -> session.console().info("  " + line));
        String answer = session.console().prompt("Type " + host + " to remove it", "--yes");
        if (!answer.equals(host)) {
            throw Failure.of(ExitCode.FAILED, "that is not \"" + host + "\"; nothing was removed")
                    .next("vfaas down " + host);
        }
    }

    /** A tar of the files as they are on the server now. */
    private void save(ServerVisit visit, Inventory inventory) {
        Path folder = session.environment().resolve(String.valueOf(backup));
        String name = "vfaas-" + host.replaceAll("[^A-Za-z0-9.-]", "_") + "-"
                + visit.clock().instant().toString().replaceAll("[:-]|\\..*", "") + ".tar.gz";
        Path file = folder.resolve(name);
        String[] paths = inventory.plan().state().files().keySet().stream()
                .filter(path -> inventory.plan().observed().file(path).isPresent())
                .toArray(String[]::new);
        try {
            Files.createDirectories(folder);
            try (OutputStream out = java.nio.channels.Channels.newOutputStream(Files.newByteChannel(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))))) {
                var completed = visit.server().stream(
                        dev.vfaas.ssh.Command.script(
                                "tar -czPf - --exclude='*/lock' --exclude='*/.guard' \"$@\"",
                                java.util.stream.Stream.concat(
                                                java.util.stream.Stream.of(HostFolder.STANDARD.path()),
                                                java.util.Arrays.stream(paths))
                                        .toArray(String[]::new)),
                        out,
                        BACKUP);
                if (!completed.ok()) {
                    throw Failure.failed("the backup failed, so nothing was removed: "
                            + completed.err().strip());
                }
            }
            session.console().info("saved " + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
