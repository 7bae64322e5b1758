package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Readiness;
import dev.vfaas.openfaas.Resources;
import dev.vfaas.openfaas.Way;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas describe}. */
@Command(
        name = "describe",
        description = "Show all about one function",
        footer = {
            "",
            "JSON: OpenFaaS's FunctionStatus",
            "",
            "Examples:",
            "  vfaas describe hello",
            "  vfaas describe hello -o json"
        })
final class DescribeCommand implements Callable<Integer> {
    private static final double MEBIBYTE = 1024 * 1024;
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "the function")
    String name = "";

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    @Option(
            names = {"-v", "--verbose"},
            description = "accepted for compatibility: everything is shown")
    boolean verbose;

    DescribeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        OpenFaas client = gateway.client(session, stack);
        FunctionStatus function;
        try {
            function = client.function(name, gateway.namespace, true);
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e, "function \"" + name + "\"", "vfaas list");
        }
        output.show(session.console(), new View(function, () -> human(function, client), () -> List.of(name)));
        return ExitCode.OK.code();
    }

    private String human(FunctionStatus function, OpenFaas client) {
        Readiness readiness = Readiness.of(function);
        String path = gateway.namespace == null ? function.name() : function.name() + "." + gateway.namespace;
        FunctionStatus.Usage usage = function.usage();
        return Details.of()
                .line("Name", function.name())
                .line("Namespace", function.namespace())
                .line("Status", readiness.word())
                .line("Reason", readiness.reason())
                .line("Replicas", function.replicas())
                .line("Available", function.availableReplicas())
                .line("Invocations", Math.round(function.invocationCount()))
                .line("Image", function.image())
                .line("Process", function.envProcess())
                .line("URL", client.gateway() + "/function/" + path)
                .line("Async URL", client.gateway() + "/async-function/" + path)
                .line("URLs answer", forward(client))
                .line("Created", function.createdAt())
                .pairs("Labels", function.labels())
                .pairs("Annotations", withoutStatus(function.annotations()))
                .lines("Constraints", function.constraints())
                .pairs("Environment", function.envVars())
                .lines("Secrets", function.secrets())
                .line("Requests", text(function.requests()))
                .line("Limits", text(function.limits()))
                .line("Memory used", usage == null ? null : format("%.1f MiB", usage.totalMemoryBytes() / MEBIBYTE))
                .line("CPU used", usage == null ? null : format("%.0fm", usage.cpu()))
                .toString();
    }

    private static @Nullable String forward(OpenFaas client) {
        Way way = client.way();
        return way == null ? null : "while this runs: vfaas host forward " + way.login();
    }

    /** The gateway tells the status in annotations; it is shown above them. */
    private static @Nullable Map<String, String> withoutStatus(@Nullable Map<String, String> annotations) {
        if (annotations == null) {
            return null;
        }
        Map<String, String> rest = new TreeMap<>(annotations);
        rest.keySet().removeIf(key -> key.startsWith("dev.vfaas.status"));
        return rest;
    }

    private static @Nullable String text(@Nullable Resources resources) {
        if (resources == null) {
            return null;
        }
        String cpu = resources.cpu() == null ? "" : "cpu " + resources.cpu();
        String memory = resources.memory() == null ? "" : "memory " + resources.memory();
        return cpu.isEmpty() || memory.isEmpty() ? cpu + memory : cpu + ", " + memory;
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
