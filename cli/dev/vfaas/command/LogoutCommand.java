package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Destination;
import dev.vfaas.context.Logins;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas logout}. */
@Command(
        name = "logout",
        description = "Forget the login for a gateway",
        footer = {"", "Examples:", "  vfaas logout", "  vfaas logout --gateway https://gateway.example.com"})
final class LogoutCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    LogoutCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Destination destination =
                gateway.destination(session, () -> stack.find(session).orElse(null));
        Logins logins = new Logins(session.environment());
        if (!logins.remove(destination.gateway())) {
            throw Failure.failed("there is no login for " + destination.gateway() + " in " + logins.path());
        }
        session.console().info("forgot the login for " + destination.gateway());
        return ExitCode.OK.code();
    }
}
