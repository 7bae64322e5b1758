package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas secret update}. */
@Command(
        name = "update",
        aliases = "u",
        description = "Replace a secret's value",
        footer = {
            "",
            "Examples:",
            "  vfaas secret update api-key --from-file api-key.txt",
            "  vfaas secret update api-key < api-key.txt"
        })
final class SecretUpdateCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    SecretSource source = new SecretSource();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    SecretUpdateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Secret value = source.read(session);
        try {
            gateway.client(session, stack).updateSecret(source.name, gateway.namespace, value);
        } catch (GatewayException e) {
            throw GatewayFailures.explain(e, "secret \"" + source.name + "\"", "vfaas secret create " + source.name);
        }
        session.console().info("updated secret " + source.name);
        return ExitCode.OK.code();
    }
}
