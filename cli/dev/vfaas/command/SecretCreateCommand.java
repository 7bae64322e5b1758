package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas secret create}. */
@Command(
        name = "create",
        description = "Create a secret; its value comes from a file or from standard input",
        footer = {
            "",
            "Examples:",
            "  vfaas secret create api-key --from-file api-key.txt",
            "  openssl rand -base64 32 | vfaas secret create session-key"
        })
final class SecretCreateCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    SecretSource source = new SecretSource();

    @Option(names = "--replace", description = "replace the secret if it exists")
    boolean replace;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    SecretCreateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Secret value = source.read(session);
        OpenFaas client = gateway.client(session, stack);
        try {
            client.createSecret(source.name, gateway.namespace, value);
            session.console().info("created secret " + source.name);
        } catch (GatewayException e) {
            if (e.kind() != GatewayException.Kind.CONFLICT) {
                throw e;
            }
            if (!replace) {
                throw Failure.failed("secret \"" + source.name + "\" already exists on " + client.place())
                        .next("vfaas secret update " + source.name)
                        .because(e);
            }
            client.updateSecret(source.name, gateway.namespace, value);
            session.console().info("replaced secret " + source.name);
        }
        return ExitCode.OK.code();
    }
}
