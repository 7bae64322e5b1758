package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.EmbeddedGateway.Running;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vfaas gateway start}. */
@Command(
        name = "start",
        description = "Start the gateway in the background and log in to it",
        footer = {"", "Examples:", "  vfaas gateway start", "  vfaas gateway start --port 9090"})
final class GatewayStartCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    GatewayAddress address = new GatewayAddress();

    @Spec
    CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the specification
    GatewayStartCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        EmbeddedGateway gateway = address.gateway(session);
        Running before = gateway.running().orElse(null);
        boolean portAsked = spec.commandLine().getParseResult().hasMatchedOption("--port");
        if (before != null && portAsked && address.port != before.port()) {
            throw Failure.of(
                            ExitCode.LOCKED,
                            "the gateway already runs on port " + before.port() + " (process " + before.pid() + ")")
                    .next("vfaas gateway stop");
        }
        Running running = new LocalGateway(session, gateway).start(address.options());
        boolean same = before != null && before.pid() == running.pid();
        session.console().info(same ? "the gateway already runs" : "the gateway has started");
        session.console().result(running.url().text());
        return ExitCode.OK.code();
    }
}
