package dev.vfaas.provision.gateway;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.OpenFaas;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether a gateway can take asynchronous calls: one that cannot reach its queue runs all the same and goes on trying. */
final class QueueAnswer {
    private static final Duration AGAIN = Duration.ofMillis(500);
    private static final int UNAVAILABLE = 503;

    private QueueAnswer() {}

    /**
     * Why the queue still cannot be used after {@code patience}, null once it can.
     *
     * @param function whose dead letters are asked for
     * @throws GatewayException when the gateway says anything else
     */
    static @Nullable String trouble(OpenFaas gateway, String function, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                gateway.queue(function, null);
                return null;
            } catch (GatewayException e) {
                if (e.status() != UNAVAILABLE) {
                    throw e;
                }
                if (System.nanoTime() - end > 0) {
                    return e.detail();
                }
            }
            try {
                Thread.sleep(AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted while waiting for the gateway's queue")
                        .because(e);
            }
        }
    }
}
