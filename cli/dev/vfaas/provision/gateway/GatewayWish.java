package dev.vfaas.provision.gateway;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * How many gateways a person wants, where these keep asynchronous calls and whether they log each call; what is not said stays as the server has it.
 *
 * @param replicas gateways, at least 1; null when nothing was said
 * @param queue address of a NATS server, which may hold a password; an empty one for the gateway's own database; null when nothing was said
 * @param accessLog null when nothing was said
 */
public record GatewayWish(
        @Nullable Integer replicas,
        @Nullable Secret queue,
        @Nullable Boolean accessLog) {
    /** Everything stays as it is. */
    public static final GatewayWish NONE = new GatewayWish(null, null, null);

    /** Keys of the server's state. */
    static final String REPLICAS = "gateway.replicas";

    static final String QUEUE = "gateway.queue";
    static final String ACCESS_LOG = "gateway.access-log";

    private static final int MARK = 12;

    /**
     * What the server shall have.
     *
     * @param replicas gateways
     * @param queue the beginning of the SHA-256 sum of the queue's address, which tells it from another; empty for the gateway's own database
     * @param accessLog whether each call is logged
     */
    public record Shape(int replicas, String queue, boolean accessLog) {
        static final Shape USUAL = new Shape(1, "", false);
    }

    /** @throws Failure usage, when several gateways would have no queue they can share */
    public Shape on(HostState state, String host) {
        int wanted = replicas != null
                ? replicas
                : state.value(REPLICAS).map(Integer::parseInt).orElse(Shape.USUAL.replicas());
        String mark = queue != null ? mark(queue) : state.value(QUEUE).orElse("");
        if (wanted > 1 && mark.isEmpty()) {
            throw Failure.usage(
                            "several gateways need a queue they share: one gateway's database cannot be the queue of "
                                    + wanted)
                    .next("vfaas up " + host + " --gateway-replicas " + wanted
                            + " --gateway-queue nats://ADDRESS:4222");
        }
        boolean logs = accessLog != null
                ? accessLog
                : state.value(ACCESS_LOG).map(Boolean::parseBoolean).orElse(Shape.USUAL.accessLog());
        return new Shape(wanted, mark, logs);
    }

    private static String mark(Secret queue) {
        byte[] address = queue.reveal();
        return address.length == 0 ? "" : Sha256.of(address).substring(0, MARK);
    }
}
