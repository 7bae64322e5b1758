package dev.vfaas.gateway.runtime.process;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A function's replicas on their way out: they take no more calls, finish those in flight, and end. */
final class Departures {
    private final Services services;
    private final Map<Replica, CompletableFuture<@Nullable Void>> leaving = new ConcurrentHashMap<>();

    Departures(Services services) {
        this.services = services;
    }

    /** Sends one off; completes when its processes are gone. */
    CompletableFuture<@Nullable Void> stop(Replica replica) {
        replica.close();
        CompletableFuture<@Nullable Void> stop = services.async(() -> replica.stop(services.grace(replica.revision())));
        leaving.put(replica, stop);
        return stop.whenComplete((done, failure) -> leaving.remove(replica));
    }

    /** Sends all of a generation off. */
    CompletableFuture<@Nullable Void> stopAll(Generation generation) {
        return CompletableFuture.allOf(
                generation.surplus(0).stream().map(this::stop).toArray(CompletableFuture[]::new));
    }

    /** Sends all of a generation off that is not needed again, then gives its image up. */
    void retire(Generation generation) {
        var unused = stopAll(generation)
                .whenCompleteAsync(
                        (done, failure) ->
                                services.roots().leave(generation.revision().image()),
                        services.executor());
    }

    /** Completes when all that are leaving now are gone. */
    CompletableFuture<@Nullable Void> all() {
        return CompletableFuture.allOf(leaving.values().toArray(CompletableFuture[]::new));
    }

    /** Ends what is left at once. */
    void kill() {
        leaving.keySet().forEach(Replica::kill);
    }
}
