package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.openfaas.GatewayException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vfaas secret remove}. */
@Command(
        name = "remove",
        aliases = {"rm", "delete"},
        description = "Remove a secret",
        footer = {"", "Examples:", "  vfaas secret remove api-key"})
final class SecretRemoveCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "the secret")
    String name = "";

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    SecretRemoveCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        SecretSource.checkName(name);
        try {
            gateway.client(session, stack).deleteSecret(name, gateway.namespace);
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e, "secret \"" + name + "\"", "vfaas secret list");
        }
        session.console().info("removed secret " + name);
        return ExitCode.OK.code();
    }
}
