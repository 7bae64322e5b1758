package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls a function and waits for its answer; a function without replicas is started by the call. */
@FunctionalInterface
public interface FunctionInvoker {
    /**
     * @param path after the function's name, percent-encoded, beginning with a slash
     * @param query raw, null for none
     * @throws IOException when there was no answer
     */
    InvocationResult invoke(
            FunctionKey function,
            String method,
            String path,
            @Nullable String query,
            Map<String, String> headers,
            CallBody body)
            throws IOException, InterruptedException;
}
