package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.Json;
import dev.vfaas.provision.engine.HostFolder;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vfaas host audit}. */
@Command(
        name = "audit",
        description = "Show who changed a server with vfaas, when and with what result",
        footer = {
            "",
            "JSON: [{at, run, who, vfaas, action, result, ...}]",
            "",
            "Examples:",
            "  vfaas host audit root@203.0.113.10",
            "  vfaas host audit root@203.0.113.10 -o json"
        })
final class HostAuditCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server")
    String host = "";

    @Mixin
    ServerOptions login = new ServerOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    HostAuditCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Server server = login.connect(session, host)) {
            Completed completed = server.runAsRoot(
                    dev.vfaas.ssh.Command.script("[ ! -e \"$1\" ] || cat \"$1\"", HostFolder.STANDARD.audit()),
                    Duration.ofSeconds(30));
            if (!completed.ok()) {
                throw Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        host + ": the audit log cannot be read: "
                                + completed.err().strip());
            }
            List<Map<?, ?>> lines = parse(completed.out());
            output.show(
                    session.console(),
                    new View(
                            lines,
                            () -> table(lines),
                            () -> lines.stream()
                                    .map(line -> text(line, "run"))
                                    .distinct()
                                    .toList()));
            return ExitCode.OK.code();
        }
    }

    private static List<Map<?, ?>> parse(String text) {
        List<Map<?, ?>> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            try {
                if (new Json().read(line) instanceof Map<?, ?> map) {
                    lines.add(map);
                }
            } catch (IOException cutOff) {
                // The server went down while the line was written.
            }
        }
        return lines;
    }

    private static String table(List<Map<?, ?>> lines) {
        Table table = Table.of("AT", "WHO", "ACTION", "RESULT", "DETAILS");
        for (Map<?, ?> line : lines) {
            table.row(
                    text(line, "at"),
                    text(line, "who"),
                    text(line, "action"),
                    text(line, "result"),
                    line.containsKey("why") ? text(line, "why") : text(line, "steps"));
        }
        return table.toString();
    }

    private static String text(Map<?, ?> line, String key) {
        return Objects.toString(line.get(key), "");
    }
}
