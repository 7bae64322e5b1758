package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a function's first replica; they share one future. Used under the function's lock, and completed on other threads, so that nothing
 * of theirs runs under it.
 */
final class Waiters {
    private final Services services;
    private @Nullable CompletableFuture<@Nullable Void> shared;

    Waiters(Services services) {
        this.services = services;
    }

    boolean any() {
        return shared != null;
    }

    /** Waits with the others. */
    CompletionStage<@Nullable Void> join() {
        if (shared == null) {
            shared = new CompletableFuture<>();
        }
        return shared.minimalCompletionStage();
    }

    /** Lets all go on: there is a replica. */
    void ready() {
        CompletableFuture<@Nullable Void> waiting = shared;
        shared = null;
        if (waiting != null) {
            services.async(() -> waiting.complete(null));
        }
    }

    /** Tells all that there will be none. */
    void fail(RuntimeFailure failure) {
        CompletableFuture<@Nullable Void> waiting = shared;
        shared = null;
        if (waiting != null) {
            services.async(() -> waiting.completeExceptionally(failure));
        }
    }
}
