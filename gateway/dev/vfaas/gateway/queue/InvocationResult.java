package dev.vfaas.gateway.queue;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A function's answer. Close it to free its connection.
 *
 * @param status HTTP status
 * @param contentType null when the answer has none
 * @param retryAfter the header Retry-After, if there is one
 * @param body as it arrives
 * @param internal whether the gateway answered in the function's place (X-OpenFaaS-Internal)
 */
public record InvocationResult(
        int status, @Nullable String contentType, @Nullable String retryAfter, InputStream body, boolean internal)
        implements AutoCloseable {
    /** A function's own answer. */
    public InvocationResult(int status, @Nullable String contentType, @Nullable String retryAfter, InputStream body) {
        this(status, contentType, retryAfter, body, false);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
