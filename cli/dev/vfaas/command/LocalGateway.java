package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Contexts;
import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.EmbeddedGateway.Running;
import dev.vfaas.context.GatewayProcess;
import dev.vfaas.context.Logins;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Transport;
import java.time.Duration;

/** The embedded gateway as commands use it: started, logged in to, and made the context {@code local}. */
final class LocalGateway {
    private static final Duration HEALTH_DEADLINE = Duration.ofSeconds(2);

    /** How long a gateway may be silent before it counts as stuck: it finishes the calls under way when it is stopped. */
    private static final Duration ENDING = Duration.ofSeconds(15);

    private final Session session;
    private final EmbeddedGateway gateway;
    private final GatewayProcess process;

    LocalGateway(Session session, EmbeddedGateway gateway) {
        this.session = session;
        this.gateway = gateway;
        this.process = new GatewayProcess(gateway, this::checkHealth);
    }

    GatewayProcess process() {
        return process;
    }

    /** Starts it in the background, unless it runs, and logs in. */
    Running start(GatewayProcess.Options options) {
        Running running = gateway.running().filter(this::comesToAnswer).orElse(null);
        if (running == null) {
            running = process.start(options);
        }
        adopt(running);
        return running;
    }

    /** A gateway that was just killed or stopped is a process for a moment longer; false when it ends. */
    private boolean comesToAnswer(Running running) {
        long deadline = System.nanoTime() + ENDING.toNanos();
        while (true) {
            try {
                checkHealth(running);
                return true;
            } catch (GatewayException e) {
                if (gateway.running().filter(running::equals).isEmpty()) {
                    return false;
                }
                if (System.nanoTime() > deadline) {
                    throw Failure.failed("the gateway (process " + running.pid() + ") runs but does not answer: "
                                    + e.getMessage())
                            .next("kill -KILL " + running.pid() + " && vfaas gateway start")
                            .because(e);
                }
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
            }
        }
    }

    /** Logs in to a running gateway and remembers it as a context; the current one, unless the user chose another. */
    void adopt(Running running) {
        Logins logins = new Logins(session.environment());
        Credentials credentials = gateway.credentials();
        if (!logins.find(running.url()).equals(java.util.Optional.of(credentials))) {
            logins.save(running.url(), credentials);
        }
        Contexts contexts = new Contexts(session.environment());
        Contexts.Context local = new Contexts.Context(Contexts.LOCAL, running.url());
        if (!contexts.list().contains(local)) {
            contexts.put(local);
        }
        if (contexts.current().isEmpty()) {
            contexts.use(Contexts.LOCAL);
        }
    }

    /** Throws unless it answers. */
    void checkHealth(Running running) {
        Transport.Target target =
                new Transport.Target(running.url(), Credentials.NONE, true, session.userAgent(), HEALTH_DEADLINE);
        new OpenFaas(new Transport(target)).health();
    }
}
