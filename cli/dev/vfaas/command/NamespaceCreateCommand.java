package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.openfaas.FunctionNamespace;
import dev.vfaas.openfaas.GatewayException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas namespace create}. */
@Command(
        name = "create",
        description = "Make a namespace for functions (on Kubernetes; elsewhere it exists as soon as a function does)",
        footer = {
            "",
            "Examples:",
            "  vfaas namespace create staging",
            "  vfaas namespace create staging --label team=web"
        })
final class NamespaceCreateCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "the namespace")
    String name = "";

    @Option(
            names = {"-l", "--label"},
            paramLabel = "KEY=VALUE",
            description = "a label; may be repeated")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--annotation", paramLabel = "KEY=VALUE", description = "an annotation; may be repeated")
    Map<String, String> annotations = new LinkedHashMap<>();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    NamespaceCreateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try {
            gateway.client(session, stack).createNamespace(new FunctionNamespace(name, labels, annotations));
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e);
        }
        session.console().info("created namespace " + name);
        return ExitCode.OK.code();
    }
}
