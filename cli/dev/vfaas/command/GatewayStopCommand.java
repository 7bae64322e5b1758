package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.EmbeddedGateway.Running;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vfaas gateway stop}. */
@Command(
        name = "stop",
        description = "Stop the gateway after the calls under way; functions are kept and run again when it starts",
        footer = {"", "Examples:", "  vfaas gateway stop"})
final class GatewayStopCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "the gateway's data directory")
    @Nullable
    Path dataDirectory;

    GatewayStopCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        GatewayAddress address = new GatewayAddress();
        address.dataDirectory = dataDirectory;
        EmbeddedGateway gateway = address.gateway(session);
        Running running = gateway.running().orElse(null);
        if (running == null) {
            session.console().info("the gateway does not run");
            return ExitCode.OK.code();
        }
        new LocalGateway(session, gateway).process().stop(running);
        session.console().info("the gateway has stopped");
        return ExitCode.OK.code();
    }
}
