package dev.vfaas.provision.gateway;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * How many gateways a person wants and where these keep asynchronous calls; what is not said stays as the server has it.
 *
 * @param replicas gateways, at least 1; null when nothing was said
 * @param queue address of a NATS server, which may hold a password; an empty one for the gateway's own database; null when nothing was said
 */
public record GatewayWish(
        @Nullable Integer replicas, @Nullable Secret queue) {
    /** Everything stays as it is. */
    public static final GatewayWish NONE = new GatewayWish(null, null);

    /** Keys of the server's state. */
    static final String REPLICAS = "gateway.replicas";

    static final String QUEUE = "gateway.queue";

    private static final int MARK = 12;

    /**
     * What the server shall have.
     *
     * @param replicas gateways
     * @param queue the beginning of the SHA-256 sum of the queue's address, which tells it from another; empty for the gateway's own database
     */
    public record Shape(int replicas, String queue) {
        static final Shape USUAL = new Shape(1, "");
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
        return new Shape(wanted, mark);
    }

    private static String mark(Secret queue) {
        byte[] address = queue.reveal();
        return address.length == 0 ? "" : Sha256.of(address).substring(0, MARK);
    }
}
