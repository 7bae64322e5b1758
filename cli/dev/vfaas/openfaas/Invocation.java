package dev.vfaas.openfaas;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function.
 *
 * @param function the function's name, with {@code .NAMESPACE} and {@code /path} as wanted
 * @param async queue it instead of waiting for its answer
 * @param query pairs of name and value
 * @param headers pairs of name and value
 * @param body what is sent; null for none. A byte array is sent with its length, a stream in chunks
 * @param silence how long the function may send nothing before the call is given up
 */
public record Invocation(
        String function,
        boolean async,
        String method,
        List<Map.Entry<String, String>> query,
        List<Map.Entry<String, String>> headers,
        @Nullable Body body,
        Duration silence) {

    /** A request body; the content type goes with it. */
    public sealed interface Body {
        String contentType();

        /** A body that is in memory. */
        record Bytes(String contentType, byte[] content) implements Body {}

        /** A body that is read once, while it is sent. */
        record Stream(String contentType, InputStream content) implements Body {}
    }

    /** What the function answered; the body is read as it arrives. Close it. */
    public interface Answer extends AutoCloseable {
        int status();

        /** True for 2xx. */
        boolean successful();

        /** A header of the answer, null if it is not there. */
        @Nullable
        String header(String name);

        /** The body. */
        InputStream body();

        @Override
        void close();
    }
}
