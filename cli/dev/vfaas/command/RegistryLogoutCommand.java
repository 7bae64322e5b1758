package dev.vfaas.command;

import dev.vfaas.console.Environment;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.registry.KeptLogins;
import dev.vfaas.openfaas.GatewayException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas registry logout}. */
@Command(
        name = "logout",
        description = "Make the gateway, or this machine, forget its login for a registry",
        footer = {
            "",
            "Examples:",
            "  vfaas registry logout registry.example.com",
            "  vfaas registry logout registry.example.com --local"
        })
final class RegistryLogoutCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "REGISTRY", description = "host, with a port if images name one")
    String registry = "";

    @Option(names = "--local", description = "this machine's login, for build and push, and not the gateway's")
    boolean local;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    RegistryLogoutCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (local) {
            forget();
            return ExitCode.OK.code();
        }
        try {
            gateway.client(session, stack).registryLogout(registry, gateway.namespace);
        } catch (GatewayException e) {
            if (e.status() == 404 && !RegistryListCommand.unknown(e)) {
                throw Failure.failed("the " + e.named() + " has no login for " + registry)
                        .next("vfaas registry list")
                        .because(e);
            }
            throw RegistryListCommand.explain(e);
        }
        session.console().info("the gateway has forgotten its login for " + registry);
        return ExitCode.OK.code();
    }

    private void forget() throws InterruptedException {
        Environment environment = session.environment();
        if (!new KeptLogins(environment.variables(), environment.home()).forget(registry)) {
            throw Failure.failed("this machine has no login for " + registry
                    + " in Docker's configuration; podman's are podman's own (podman logout " + registry + ")");
        }
        session.console().info("this machine has forgotten its login for " + registry);
    }
}
