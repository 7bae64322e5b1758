package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that was given up, kept until someone retries or drops it.
 *
 * @param callId what the client knows it by (X-Call-Id)
 * @param path after the function's name
 * @param attempts how often it was tried
 * @param status the last answer, 0 when there was none
 * @param reason why there is no result
 * @param accepted epoch milliseconds, 0 when unknown
 * @param died epoch milliseconds
 * @param bytes size of the body
 */
public record DeadLetter(
        String callId,
        FunctionKey function,
        String method,
        String path,
        int attempts,
        int status,
        String reason,
        long accepted,
        long died,
        long bytes) {
    /**
     * Which dead letters: all, or those of a namespace, and of them those of a function or with a call id.
     *
     * @param name a function's name or a call id
     */
    public record Selection(
            @Nullable String namespace, @Nullable String name) {
        /** Every dead letter. */
        public static final Selection ALL = new Selection(null, null);

        /** Whether it is one of these. */
        public boolean includes(String callId, FunctionKey function) {
            return (namespace == null || namespace.equals(function.namespace()))
                    && (name == null || name.equals(callId) || name.equals(function.name()));
        }
    }
}
