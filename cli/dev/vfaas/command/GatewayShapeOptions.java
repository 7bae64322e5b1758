package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.gateway.GatewayWish;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many gateways a server has, what they share and what they log. */
final class GatewayShapeOptions {
    private static final String VARIABLE = "VFAAS_GATEWAY_QUEUE";
    private static final int MOST = 9;

    @Option(
            names = "--gateway-replicas",
            paramLabel = "N",
            description =
                    "with HOST: how many gateways answer (default: what it has, else 1); more than one need --gateway-queue")
    @Nullable
    Integer replicas;

    @Option(
            names = "--gateway-queue",
            paramLabel = "nats://ADDRESS:PORT",
            description = {
                "with HOST: the NATS server with JetStream on which gateways keep asynchronous calls; sqlite for the gateway's own database",
                "(default: what it has, else sqlite). An address with a password goes into $" + VARIABLE + "."
            })
    @Nullable
    String queue;

    @Option(
            names = "--gateway-access-log",
            paramLabel = "on|off",
            description =
                    "with HOST: whether gateways write a JSON line for each call, which vfaas host logs HOST --gateway shows (default: what it has, else off)")
    @Nullable
    String accessLog;

    /** Whether one was given. */
    boolean given() {
        return replicas != null || queue != null || accessLog != null;
    }

    /** @throws Failure usage, when a value cannot be used */
    GatewayWish wish(Session session, String host) {
        if (replicas != null && (replicas < 1 || replicas > MOST)) {
            throw Failure.usage("--gateway-replicas " + replicas + " is not a number from 1 to " + MOST);
        }
        if (queue != null && queue.contains("@")) {
            throw Failure.usage("--gateway-queue holds a password, which every process of this machine could read")
                    .next(VARIABLE + "=nats://USER:PASSWORD@ADDRESS:PORT vfaas up " + host);
        }
        if (accessLog != null && !accessLog.equals("on") && !accessLog.equals("off")) {
            throw Failure.usage("--gateway-access-log " + accessLog + " is neither on nor off");
        }
        String address = queue != null ? queue : session.environment().get(VARIABLE);
        return new GatewayWish(
                replicas,
                address == null || address.isEmpty() ? null : checked(address),
                accessLog == null ? null : accessLog.equals("on"));
    }

    private static Secret checked(String address) {
        if (address.equals("sqlite")) {
            return Secret.of("");
        }
        if (!address.matches("(nats|tls)://[^/\\s]+")) {
            throw Failure.usage("the gateways' queue is neither sqlite nor an address such as nats://192.0.2.4:4222");
        }
        if (address.matches(".*(//|@)(localhost|127\\.[0-9.]+|\\[::1])(:.*)?")) {
            throw Failure.usage(
                    "the gateways run in pods, for which a loopback address is the pod itself: name the queue's server by an address the server's pods reach");
        }
        return Secret.of(address);
    }
}
