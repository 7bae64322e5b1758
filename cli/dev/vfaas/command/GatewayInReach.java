package dev.vfaas.command;

import dev.vfaas.context.Contexts;
import dev.vfaas.context.Destination;
import dev.vfaas.context.Destination.Origin;
import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.EmbeddedGateway.Running;
import dev.vfaas.context.GatewayProcess;
import dev.vfaas.openfaas.GatewayUrl;
import java.net.URI;

/** Starts the embedded gateway for a command that goes to it while it does not run. A gateway that the user named is never started. */
final class GatewayInReach {
    private final Session session;

    GatewayInReach(Session session) {
        this.session = session;
    }

    /** Where to go: {@code destination}, or the embedded gateway when that is what it stands for. */
    Destination reach(Destination destination) {
        if (!embedded(destination)) {
            return destination;
        }
        EmbeddedGateway gateway = EmbeddedGateway.of(session.environment());
        Running before = gateway.running().orElse(null);
        if (before != null && before.url().equals(destination.gateway())) {
            return destination;
        }
        GatewayProcess.Options options = new GatewayProcess.Options(port(destination.gateway()), "127.0.0.1");
        Running running = new LocalGateway(session, gateway).start(options);
        if (before == null) {
            session.console()
                    .info("started the gateway of this machine at " + running.url() + " (vfaas gateway stop ends it)");
        }
        return new Destination(running.url(), destination.origin());
    }

    private boolean embedded(Destination destination) {
        if (destination.origin() == Origin.DEFAULT) {
            return true;
        }
        return destination.origin() == Origin.CONTEXT
                && new Contexts(session.environment())
                        .current()
                        .filter(context -> context.name().equals(Contexts.LOCAL))
                        .isPresent();
    }

    private static int port(GatewayUrl url) {
        int port = URI.create(url.text()).getPort();
        return port < 0 ? 80 : port;
    }
}
