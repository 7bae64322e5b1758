package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous calls of vfaas's gateway.
 *
 * @param store what keeps them: {@code sqlite} or {@code nats}
 * @param calls that wait, run or wait for another attempt
 * @param dead given up, oldest first
 */
public record CallQueue(
        @JsonProperty("store") String store,
        @JsonProperty("calls") long calls,
        @JsonProperty("dead") List<DeadLetter> dead) {
    /**
     * A call that was given up.
     *
     * @param attempts how often it was tried
     * @param status the last answer, 0 when there was none
     * @param accepted RFC 3339, null when unknown
     * @param died RFC 3339
     * @param bodyBytes size of the request's body
     */
    public record DeadLetter(
            @JsonProperty("callId") String callId,
            @JsonProperty("name") String name,
            @JsonProperty("namespace") String namespace,
            @JsonProperty("method") String method,
            @JsonProperty("path") String path,
            @JsonProperty("attempts") int attempts,
            @JsonProperty("status") int status,
            @JsonProperty("reason") String reason,
            @JsonProperty("accepted") @Nullable String accepted,
            @JsonProperty("died") String died,
            @JsonProperty("bodyBytes") long bodyBytes) {}
}
