package dev.vfaas.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request and its response for handlers that may block; they run on a virtual thread of their own. Back-pressure reaches the client both ways. */
public interface Exchange {
    /** Upper case. */
    String method();

    /** Decoded path without the query. */
    String path();

    /** Path as the client sent it, still percent-encoded, without the query. */
    String rawPath();

    /** First value of a query parameter, decoded. */
    @Nullable
    String query(String name);

    /** The raw query string, null when there is none. */
    @Nullable
    String rawQuery();

    /** First value of a request header, case-insensitive. */
    @Nullable
    String header(String name);

    /** All request headers; of repeated ones the first value. */
    Map<String, String> headers();

    /** The request body as it arrives. */
    InputStream body();

    /** Runs {@code action} (which must not block) when the client goes away before the answer is finished; at once if it is gone already. */
    default void onDisconnect(Runnable action) {}

    /** Sets a response header; only before a respond method. */
    void setHeader(String name, String value);

    /** Answers with a whole body; {@code contentType} null sets none. */
    void respond(int status, @Nullable String contentType, byte[] body) throws IOException;

    /** Answers with text/plain. */
    void respond(int status, String text) throws IOException;

    /**
     * Begins an answer whose body is streamed; close the stream to end it. Writing to a client that is gone throws IOException.
     *
     * @param length bytes that follow, or -1 for chunked
     */
    OutputStream respondStream(int status, @Nullable String contentType, long length) throws IOException;
}
