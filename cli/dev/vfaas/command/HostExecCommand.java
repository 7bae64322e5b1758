package dev.vfaas.command;

import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas host exec}. */
@Command(
        name = "exec",
        description = "Run a command on a server as root; its exit code becomes this one's",
        footer = {
            "",
            "Words are passed as they are; for pipes use: sh -c '...'",
            "",
            "Examples:",
            "  vfaas host exec root@203.0.113.10 -- df -h",
            "  vfaas host exec root@203.0.113.10 -- sh -c 'dmesg | tail'"
        })
final class HostExecCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "HOST", description = "a server")
    String host = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "program and arguments")
    List<String> words = new ArrayList<>();

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long it may take (default: 10m)")
    Duration timeout = Duration.ofMinutes(10);

    @Mixin
    ServerOptions login = new ServerOptions();

    HostExecCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Server server = login.connect(session, host)) {
            Completed completed = server.stream(
                    dev.vfaas.ssh.Command.of(words.toArray(String[]::new)),
                    session.console().resultBytes(),
                    timeout);
            if (completed.stderr().length > 0) {
                session.console().info(completed.err().stripTrailing());
            }
            session.console().resultBytes().flush();
            return completed.exitCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
