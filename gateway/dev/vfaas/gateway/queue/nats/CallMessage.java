package dev.vfaas.gateway.queue.nats;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.queue.QueuedCall;
import dev.vfaas.gateway.runtime.FunctionKey;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call or a dead letter as a message: all but the body in one header, as JSON in base64 since values of HTTP headers need not be ASCII.
 *
 * @param object where a body too large for a message lies in the object store, null when it is the message's data
 * @param bytes size of the body
 * @param notBefore epoch milliseconds before which it is not run
 * @param status of a dead letter: the last answer
 * @param reason of a dead letter
 * @param died of a dead letter, epoch milliseconds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CallMessage(
        @JsonProperty("callId") String callId,
        @JsonProperty("namespace") String namespace,
        @JsonProperty("function") String function,
        @JsonProperty("method") String method,
        @JsonProperty("path") String path,
        @JsonProperty("query") @Nullable String query,
        @JsonProperty("headers") Map<String, String> headers,
        @JsonProperty("callback") @Nullable String callback,
        @JsonProperty("object") @Nullable String object,
        @JsonProperty("bytes") long bytes,
        @JsonProperty("accepted") long accepted,
        @JsonProperty("attempts") int attempts,
        @JsonProperty("notBefore") long notBefore,
        @JsonProperty("status") int status,
        @JsonProperty("reason") @Nullable String reason,
        @JsonProperty("died") long died) {
    private static final String HEADER = "Vfaas-Call";
    private static final ObjectMapper JSON = new ObjectMapper();

    static CallMessage of(QueuedCall call, @Nullable String object) {
        return new CallMessage(
                call.callId(),
                call.function().namespace(),
                call.function().name(),
                call.method(),
                call.path(),
                call.query(),
                call.headers(),
                call.callback(),
                object,
                call.body().length(),
                call.accepted(),
                0,
                0,
                0,
                null,
                0);
    }

    /** Reads a message's header. */
    static CallMessage read(@Nullable Headers headers) {
        try {
            String text = headers == null ? null : headers.getFirst(HEADER);
            return JSON.readValue(Base64.getDecoder().decode(Objects.requireNonNullElse(text, "")), CallMessage.class);
        } catch (IOException e) {
            throw new UncheckedIOException("a message in the queue is not a call of vfaas's", e);
        }
    }

    CallMessage tried(int attempts, long notBefore) {
        return new CallMessage(
                callId, namespace, function, method, path, query, headers, callback, object, bytes, accepted, attempts,
                notBefore, 0, null, 0);
    }

    CallMessage dead(int attempts, int status, String reason, long died) {
        return new CallMessage(
                callId, namespace, function, method, path, query, headers, callback, object, bytes, accepted, attempts,
                0, status, reason, died);
    }

    FunctionKey key() {
        return new FunctionKey(namespace, function);
    }

    Message message(String subject, byte @Nullable [] data) {
        try {
            Headers meta = new Headers().add(HEADER, Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(this)));
            return NatsMessage.builder()
                    .subject(subject)
                    .headers(meta)
                    .data(data)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
