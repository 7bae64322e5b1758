package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An accepted call.
 *
 * @param id in the order of acceptance
 * @param callId what the client knows it by (X-Call-Id)
 * @param path after the function's name, percent-encoded, {@code /} at least
 * @param query as it came, null when there was none
 * @param headers end-to-end headers of the request
 * @param callback where the result goes, null for nowhere
 * @param attempts how often it was tried without a result
 * @param accepted epoch milliseconds
 */
public record QueuedCall(
        long id,
        String callId,
        FunctionKey function,
        String method,
        String path,
        @Nullable String query,
        Map<String, String> headers,
        CallBody body,
        @Nullable String callback,
        int attempts,
        long accepted) {}
