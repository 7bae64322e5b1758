package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.View;
import dev.vfaas.context.Destination;
import dev.vfaas.context.Logins;
import dev.vfaas.context.SshRoute;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfaas context show}. */
@Command(
        name = "show",
        description = "Show the gateway that commands typed here go to, and what says so",
        footer = {
            "",
            "JSON: {gateway, from, loggedIn, through}",
            "",
            "Examples:",
            "  vfaas context show",
            "  vfaas context show -o name"
        })
final class ContextShowCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    ContextShowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Destination destination = new GatewayOptions()
                .destination(session, () -> stack.find(session).orElse(null));
        boolean loggedIn =
                new Logins(session.environment()).find(destination.gateway()).isPresent();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("gateway", destination.gateway().text());
        data.put("from", destination.origin().toString());
        data.put("loggedIn", loggedIn);
        SshRoute route = destination.route();
        if (route != null) {
            data.put("through", ContextListCommand.through(route));
        }
        output.show(
                session.console(),
                new View(
                        data,
                        () -> Details.of()
                                .line("Gateway", destination.gateway())
                                .line("Through SSH", destination.route())
                                .line("From", destination.origin())
                                .line("Logged in", loggedIn ? "yes" : "no")
                                .toString(),
                        () -> List.of(destination.gateway().text())));
        return ExitCode.OK.code();
    }
}
