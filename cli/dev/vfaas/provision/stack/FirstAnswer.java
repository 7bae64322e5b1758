package dev.vfaas.provision.stack;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayInfo;
import dev.vfaas.openfaas.OpenFaas;
import java.time.Duration;

/** A gateway that was just started is asked until it answers: a pod that is ready is reached through its Service only when the node's rules name it. */
public final class FirstAnswer {
    private static final Duration SETTLING = Duration.ofSeconds(30);
    private static final Duration AGAIN = Duration.ofMillis(300);

    private FirstAnswer() {}

    /** What the gateway says of itself; throws its {@link GatewayException} when it is still unreachable after half a minute, and any other at once. */
    public static GatewayInfo of(OpenFaas gateway) {
        long limit = System.nanoTime() + SETTLING.toNanos();
        while (true) {
            try {
                return gateway.info();
            } catch (GatewayException e) {
                if (e.kind() != GatewayException.Kind.UNREACHABLE || System.nanoTime() - limit > 0) {
                    throw e;
                }
            }
            try {
                Thread.sleep(AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.of(ExitCode.INTERRUPTED, "interrupted while waiting for the gateway's first answer")
                        .because(e);
            }
        }
    }
}
