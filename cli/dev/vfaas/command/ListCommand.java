package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas list}. */
@Command(
        name = "list",
        description = "List the functions",
        footer = {
            "",
            "Invocations are those of the gateway that answers; of several each counts its own.",
            "JSON: an array of OpenFaaS's FunctionStatus",
            "",
            "Examples:",
            "  vfaas list",
            "  vfaas list --verbose --sort invocations",
            "  vfaas list -o json --gateway https://gateway.example.com"
        })
final class ListCommand implements Callable<Integer> {
    /** The orders that --sort knows. */
    enum Order {
        name,
        invocations,
        creation;

        Comparator<FunctionStatus> comparator() {
            return switch (this) {
                case name -> Comparator.comparing(FunctionStatus::name);
                case invocations ->
                    Comparator.comparingDouble(FunctionStatus::invocationCount).reversed();
                case creation -> Comparator.comparing(status -> text(status.createdAt()));
            };
        }
    }

    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    @Option(
            names = {"-v", "--verbose"},
            description = "show image and age too")
    boolean verbose;

    @Option(
            names = {"-q", "--quiet"},
            description = "only the names, as -o name")
    boolean quiet;

    @Option(names = "--sort", paramLabel = "KEY", description = "name, invocations or creation (default: name)")
    Order order = Order.name;

    ListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        OpenFaas client = gateway.client(session, stack);
        List<FunctionStatus> functions = client.functions(gateway.namespace).stream()
                .sorted(order.comparator())
                .toList();
        if (functions.isEmpty() && gateway.namespace != null) {
            requireNamespace(client, gateway.namespace);
        }
        List<String> names = functions.stream().map(FunctionStatus::name).toList();
        if (quiet) {
            names.forEach(session.console()::result);
        } else {
            output.show(session.console(), new View(functions, () -> table(functions), () -> names));
        }
        return ExitCode.OK.code();
    }

    /** Gateways answer with an empty list for a namespace that does not exist, too. */
    private static void requireNamespace(OpenFaas client, String namespace) {
        List<String> namespaces;
        try {
            namespaces = client.namespaces();
        } catch (GatewayException e) {
            return; // one that does not tell: the list is what was asked for
        }
        if (!namespaces.isEmpty() && !namespaces.contains(namespace)) {
            throw Failure.failed("there is no namespace \"" + namespace + "\" on " + client.place())
                    .next("vfaas namespace list");
        }
    }

    private String table(List<FunctionStatus> functions) {
        Table table = verbose
                ? Table.of("NAME", "IMAGE", "INVOCATIONS", "REPLICAS", "READY", "CREATED")
                : Table.of("NAME", "INVOCATIONS", "REPLICAS", "READY");
        for (FunctionStatus function : functions) {
            long invocations = Math.round(function.invocationCount());
            if (verbose) {
                table.row(
                        function.name(),
                        function.image(),
                        invocations,
                        function.replicas(),
                        function.availableReplicas(),
                        text(function.createdAt()));
            } else {
                table.row(function.name(), invocations, function.replicas(), function.availableReplicas());
            }
        }
        return table.toString();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
