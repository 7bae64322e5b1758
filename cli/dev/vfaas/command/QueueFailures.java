package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import org.jspecify.annotations.Nullable;

/** What a refusal of {@code vfaas queue} means. */
final class QueueFailures {
    private QueueFailures() {}

    /** @param name the function or call id that was asked for, null for all */
    static Failure explain(GatewayException e, @Nullable String name) {
        if (e.kind() == GatewayException.Kind.NOT_FOUND && e.detail().contains("dead letter")) {
            return Failure.failed("no asynchronous call of \"" + name + "\" was given up on " + e.place())
                    .next("vfaas queue list")
                    .because(e);
        }
        if (e.kind() == GatewayException.Kind.NOT_FOUND || e.status() == 501) {
            return Failure.failed(
                            "the " + e.named() + " does not tell of its queue: it is not vfaas's own, or an older one")
                    .next(e.way() == null ? "vfaas version --gateway " + e.gateway() : "vfaas version")
                    .because(e);
        }
        return GatewayFailures.explain(e);
    }
}
