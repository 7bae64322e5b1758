package dev.vfaas.gateway.queue;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The client for calls and callbacks, made when the first is: a gateway without asynchronous calls stays smaller by it. */
final class OutgoingHttp implements AutoCloseable {
    private @Nullable HttpClient client;
    private boolean closed;

    /** HTTP/1.1, no redirects followed. */
    synchronized HttpClient get() {
        if (closed) {
            throw new IllegalStateException("the queue is closed");
        }
        HttpClient current = client;
        if (current == null) {
            current = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .executor(Executors.newThreadPerTaskExecutor(
                            Thread.ofVirtual().name("async-http").factory()))
                    .build();
            client = current;
        }
        return current;
    }

    /** Breaks off what is under way. */
    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.shutdownNow();
        }
    }
}
