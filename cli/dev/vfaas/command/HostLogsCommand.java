package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas host logs}. */
@Command(
        name = "logs",
        description = "Show the last lines a service of a server wrote to its journal",
        footer = {
            "",
            "Examples:",
            "  vfaas host logs root@203.0.113.10",
            "  vfaas host logs root@203.0.113.10 --unit ssh --lines 20"
        })
final class HostLogsCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server")
    String host = "";

    @Option(names = "--unit", paramLabel = "NAME", description = "the service (default: k3s)")
    String unit = "k3s";

    @Option(names = "--lines", paramLabel = "N", description = "how many lines (default: 100)")
    int lines = 100;

    @Mixin
    ServerOptions login = new ServerOptions();

    HostLogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Server server = login.connect(session, host)) {
            Completed completed = server.runAsRoot(
                    dev.vfaas.ssh.Command.of(
                            "journalctl", "--no-pager", "-o", "short-iso", "-n", String.valueOf(lines), "-u", unit),
                    Duration.ofMinutes(1));
            if (!completed.ok()) {
                throw Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        host + ": the journal cannot be read: "
                                + completed.err().strip());
            }
            completed.out().lines().forEach(session.console()::result);
            return ExitCode.OK.code();
        }
    }
}
