package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas host logs}. */
@Command(
        name = "logs",
        description = "Show the last lines a service of a server, or the gateway in its cluster, wrote",
        footer = {
            "",
            "Examples:",
            "  vfaas host logs root@203.0.113.10",
            "  vfaas host logs root@203.0.113.10 --unit ssh --lines 20",
            "  vfaas host logs root@203.0.113.10 --gateway"
        })
final class HostLogsCommand implements Callable<Integer> {
    private static final int NO_GATEWAY = 66;

    /** $1: lines of each container. A pod that was restarted tells in its last words why. */
    private static final String GATEWAY = """
            export PATH="$PATH:/usr/local/bin"
            k() { timeout 20 k3s kubectl -n "$namespace" "$@"; }
            for namespace in vfaas openfaas none; do
              [ $namespace != none ] || exit 66
              if k get deployment gateway -o name >/dev/null 2>&1; then break; fi
            done
            for pod in $(k get pods -l app=gateway -o 'jsonpath={.items[*].metadata.name}'); do
              for container in $(k get pod "$pod" -o 'jsonpath={.spec.containers[*].name}'); do
                k logs "$pod" -c "$container" --tail="$1" --previous 2>/dev/null | sed "s|^|$pod $container (before) |"
                k logs "$pod" -c "$container" --tail="$1" 2>&1 | sed "s|^|$pod $container |"
              done
            done
            """;

    private final Session session;

    @Parameters(paramLabel = "HOST", description = "a server")
    String host = "";

    @Option(names = "--unit", paramLabel = "NAME", description = "the service (default: k3s)")
    @Nullable
    String unit;

    @Option(
            names = "--gateway",
            description = "the gateway's pods, each with what it said before it was last restarted")
    boolean gateway;

    @Option(names = "--lines", paramLabel = "N", description = "how many lines (default: 100)")
    int lines = 100;

    @Mixin
    ServerOptions login = new ServerOptions();

    HostLogsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (gateway && unit != null) {
            throw Failure.usage("--gateway and --unit exclude each other");
        }
        try (Server server = login.connect(session, host)) {
            Completed completed = server.runAsRoot(gateway ? ofGateway() : ofUnit(), Duration.ofMinutes(1));
            if (completed.exitCode() == NO_GATEWAY) {
                throw Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                host + " has no gateway: neither namespace vfaas nor openfaas has one")
                        .next("vfaas status " + host);
            }
            if (!completed.ok()) {
                throw Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                host + (gateway ? ": the gateway's log" : ": the journal") + " cannot be read: "
                                        + completed.err().strip())
                        .next("vfaas doctor " + host);
            }
            if (gateway && completed.out().isBlank()) {
                session.console()
                        .warn("the gateway of " + host + " has no pods, or they wrote nothing: vfaas doctor " + host);
            }
            completed.out().lines().forEach(session.console()::result);
            return ExitCode.OK.code();
        }
    }

    private dev.vfaas.ssh.Command ofUnit() {
        return dev.vfaas.ssh.Command.of(
                "journalctl",
                "--no-pager",
                "-o",
                "short-iso",
                "-n",
                String.valueOf(lines),
                "-u",
                unit == null ? "k3s" : unit);
    }

    private dev.vfaas.ssh.Command ofGateway() {
        return dev.vfaas.ssh.Command.script(GATEWAY, String.valueOf(lines));
    }
}
