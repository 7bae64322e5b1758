package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.Failure;
import dev.vfaas.context.EmbeddedGateway.Running;
import dev.vfaas.context.GatewayProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas gateway run}. */
@Command(
        name = "run",
        description = "Run the gateway in the foreground until Ctrl-C",
        footer = {
            "",
            "Examples:",
            "  vfaas gateway run",
            "  vfaas gateway run --port 9090 --data-dir ./gateway-data",
            "  vfaas gateway run --runtime kubernetes --kubeconfig ~/.kube/config --data-dir ./gateway-data"
        })
final class GatewayRunCommand implements Callable<Integer> {
    private static final int STOP_SECONDS = 30;
    private final Session session;

    @Mixin
    GatewayAddress address = new GatewayAddress();

    /** Where functions run. */
    enum RuntimeKind {
        process,
        kubernetes
    }

    @Option(
            names = "--runtime",
            paramLabel = "RUNTIME",
            description = "where functions run: process (on this machine) or kubernetes (default: process)")
    RuntimeKind runtime = RuntimeKind.process;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description =
                    "the cluster for --runtime kubernetes, whose pods this machine must reach (default: $$KUBECONFIG,"
                            + " or the cluster it runs in)")
    @Nullable
    Path kubeconfig;

    GatewayRunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Console console = session.console();
        LocalGateway local = new LocalGateway(session, address.gateway(session));
        Process process = local.process().run(address.options(), more());
        try (Console.Cleanup _ = console.onInterrupt(() -> end(process))) {
            Running running = local.process().await(process);
            if (running != null) {
                local.adopt(running);
                console.info("the gateway answers at " + running.url() + "; Ctrl-C stops it");
            }
            int code = process.waitFor();
            if (running == null) {
                throw Failure.of(GatewayProcess.startFailure(code), "the gateway could not start; see above");
            }
            return code;
        }
    }

    /** Options for the gateway's process itself. */
    private List<String> more() {
        if (kubeconfig != null && runtime != RuntimeKind.kubernetes) {
            throw Failure.usage("--kubeconfig needs --runtime kubernetes");
        }
        List<String> more = new ArrayList<>(List.of("--runtime", runtime.name()));
        if (kubeconfig != null) {
            more.addAll(List.of(
                    "--kubeconfig",
                    session.environment().resolve(kubeconfig.toString()).toString()));
        }
        return more;
    }

    /** Lets it finish the calls under way: Ctrl-C reaches it too, another signal does not. */
    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
