package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.backup.Backup;
import dev.vfaas.provision.backup.BackupStep;
import dev.vfaas.provision.backup.Manifest;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.FactsScript;
import dev.vfaas.provision.facts.FactsScript.Depth;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas backup}. */
@Command(
        name = "backup",
        description = {
            "Save a server's cluster in one file on this machine: datastore, keys, functions, secrets, volumes, images",
            "The file holds secrets in the clear; it is written 0600. To encrypt it: vfaas backup HOST -o - | age -p > FILE"
        },
        footer = {
            "",
            "JSON: one object an event, a line each: {host, event, ...}",
            "",
            "Examples:",
            "  vfaas backup root@203.0.113.10",
            "  vfaas backup root@203.0.113.10 -o /safe/monday.tar.gz",
            "  vfaas backup root@203.0.113.10 -o - | gpg -c > monday.gpg"
        })
final class BackupCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "HOST",
            description = "a server of the cluster: [user@]name[:port], or a Host of ~/.ssh/config")
    String host = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "where to write it, - for standard output (default: vfaas-HOST-TIME.tar.gz)")
    @Nullable
    String target;

    @Option(names = "--without-images", description = "leave images out: they come from their registries then")
    boolean withoutImages;

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long sending may take (default: 2h)")
    Duration timeout = Duration.ofHours(2);

    @Option(
            names = "--lock-wait",
            paramLabel = "TIME",
            description = "how long to wait while someone else changes the server (default: 0s)")
    Duration lockWait = Duration.ZERO;

    @Mixin
    ServerOptions login = new ServerOptions();

    @Option(
            names = {"-j", "--json"},
            description = "one JSON object an event, a line each")
    boolean json;

    BackupCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean standardOutput = "-".equals(target);
        try (ServerVisit visit = new ServerVisit(session, login, host, "backup");
                RunEvents events = new RunEvents(session.console(), visit.log(), host, json && !standardOutput)) {
            Facts facts = new FactsScript(visit.clock(), HostFolder.STANDARD.path())
                    .collect(visit.server(), Depth.NEEDED, List.of());
            Backup backup = new Backup(visit.server(), visit.self(), visit.clock(), events);
            Backup.Wish wish = new Backup.Wish(host, !withoutImages, timeout, lockWait);
            if (standardOutput) {
                Manifest manifest =
                        backup.write(facts, wish, once(host, session.console().resultBytes()));
                events.done();
                warn(manifest);
                return ExitCode.OK.code();
            }
            Path file = session.environment().resolve(target == null ? name(host, visit) : target);
            Manifest manifest;
            try (Console.Cleanup unfinished =
                    session.console().onInterrupt(() -> remove(Backup.unfinished(file.toAbsolutePath())))) {
                manifest = backup.write(facts, wish, file);
            }
            events.done();
            tell(file, manifest, events);
            return ExitCode.OK.code();
        }
    }

    /** A name that sorts by time. */
    static String name(String host, ServerVisit visit) {
        return "vfaas-" + K3sSetup.name(host).replaceAll("[^A-Za-z0-9.-]", "_") + "-"
                + visit.clock().instant().toString().replaceAll("[:-]|\\..*", "") + ".tar.gz";
    }

    private void tell(Path file, Manifest manifest, RunEvents events) {
        long size = size(file);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("event", "done");
        data.put("file", file.toString());
        data.put("bytes", size);
        data.put("k3s", manifest.fact("k3s"));
        data.put("warnings", manifest.warnings());
        events.emit(data);
        warn(manifest);
        if (!json) {
            session.console()
                    .result(file + ": " + mebibytes(size) + " MiB, K3s " + manifest.fact("k3s") + ", "
                            + manifest.files().size() + " files; it holds secrets");
        }
    }

    private void warn(Manifest manifest) {
        manifest.warnings().forEach(session.console()::warn);
    }

    /** Standard output cannot be written anew: a step that repeats its work after the connection broke must not add a second archive to the first. */
    static BackupStep.Target once(String host, OutputStream out) {
        AtomicBoolean opened = new AtomicBoolean();
        return () -> {
            if (opened.getAndSet(true)) {
                throw Failure.of(
                                ExitCode.TIMED_OUT,
                                "the connection to " + host
                                        + " broke while the backup went to standard output; what was written so far is cut off and of no use")
                        .next("the same command again, or with -o FILE, which begins anew by itself");
            }
            return kept(out);
        };
    }

    /** Standard output outlives the backup. */
    private static OutputStream kept(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    private static String mebibytes(long bytes) {
        return String.format(java.util.Locale.ROOT, "%.1f", bytes / 1048576.0);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
