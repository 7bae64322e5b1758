package dev.vfaas.gateway.api;

import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.queue.DeadLetter;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.CallQueue;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * /system/queue, which OpenFaaS does not have: GET tells of the queue and its dead letters, POST .../retry and .../drop decide on them. The query
 * parameters {@code namespace} and {@code name} (a function or a call id) choose dead letters; without them it is all.
 */
final class QueueEndpoints {
    private final AsyncQueue queue;
    private final Json json;

    QueueEndpoints(AsyncQueue queue, Json json) {
        this.queue = queue;
        this.json = json;
    }

    void handle(Exchange exchange, String action) throws IOException {
        DeadLetter.Selection selection =
                new DeadLetter.Selection(given(exchange, "namespace"), given(exchange, "name"));
        try {
            switch (action) {
                case "" -> {
                    ManagementApi.allow(exchange, "GET");
                    List<CallQueue.DeadLetter> dead = queue.dead(selection).stream()
                            .map(QueueEndpoints::letter)
                            .toList();
                    json.respond(exchange, 200, new CallQueue(queue.store(), queue.size(), dead));
                }
                case "retry" -> decided(exchange, selection, queue::retry);
                case "drop" -> decided(exchange, selection, queue::drop);
                default -> throw new ApiRefusal(404, "404 page not found\n");
            }
        } catch (RuntimeFailure e) {
            throw new ApiRefusal(BlockingRequests.status(e.kind()), String.valueOf(e.getMessage()));
        }
    }

    @FunctionalInterface
    private interface Decision {
        int on(DeadLetter.Selection selection);
    }

    private void decided(Exchange exchange, DeadLetter.Selection selection, Decision decision) throws IOException {
        ManagementApi.allow(exchange, "POST");
        int count = decision.on(selection);
        if (count == 0 && selection.name() != null) {
            throw new ApiRefusal(404, "no dead letter of a function or with a call id " + selection.name());
        }
        json.respond(exchange, 200, Map.of("count", count));
    }

    private static @Nullable String given(Exchange exchange, String parameter) {
        String value = exchange.query(parameter);
        return value == null || value.isEmpty() ? null : value;
    }

    private static CallQueue.DeadLetter letter(DeadLetter letter) {
        return new CallQueue.DeadLetter(
                letter.callId(),
                letter.function().name(),
                letter.function().namespace(),
                letter.method(),
                letter.path(),
                letter.attempts(),
                letter.status(),
                letter.reason(),
                letter.accepted() == 0
                        ? null
                        : Instant.ofEpochMilli(letter.accepted()).toString(),
                Instant.ofEpochMilli(letter.died()).toString(),
                letter.bytes());
    }
}
