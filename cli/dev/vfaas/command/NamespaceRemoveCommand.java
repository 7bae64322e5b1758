package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas namespace remove}. */
@Command(
        name = "remove",
        aliases = {"rm", "delete"},
        description = "Remove a namespace; refuses while functions are in it",
        footer = {
            "",
            "Examples:",
            "  vfaas namespace remove staging",
            "  vfaas namespace remove staging --with-functions"
        })
final class NamespaceRemoveCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "the namespace")
    String name = "";

    @Option(names = "--with-functions", description = "remove the functions and secrets in it too")
    boolean withFunctions;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    NamespaceRemoveCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try {
            OpenFaas client = gateway.client(session, stack);
            int functions = withFunctions ? 0 : client.functions(name).size();
            if (functions > 0) {
                throw Failure.failed("namespace " + name + " holds " + functions
                                + (functions == 1 ? " function" : " functions"))
                        .next("vfaas namespace remove " + name + " --with-functions");
            }
            client.deleteNamespace(name);
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e, "namespace \"" + name + "\"", "vfaas namespace list");
        }
        session.console().info("removed namespace " + name);
        return ExitCode.OK.code();
    }
}
