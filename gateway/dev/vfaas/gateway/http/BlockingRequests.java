package dev.vfaas.gateway.http;

import dev.vfaas.gateway.log.AccessLog;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Gives each request to a {@link BlockingHandler} on a virtual thread of its own. */
public final class BlockingRequests implements RequestHandler {
    private static final int CLIENT_CLOSED = 499;

    private final BlockingHandler handler;
    private final Log log;
    private final @Nullable AccessLog accessLog;

    /** @param accessLog is told of each request, null for none */
    public BlockingRequests(BlockingHandler handler, Log log, @Nullable AccessLog accessLog) {
        this.handler = handler;
        this.log = log;
        this.accessLog = accessLog;
    }

    @Override
    public RequestSink begin(ClientConnection client, HttpRequest request) {
        ConnectionExchange exchange;
        try {
            exchange = new ConnectionExchange(client, request);
        } catch (IllegalArgumentException e) { // an escape that is none
            client.respond(HttpResponseStatus.BAD_REQUEST, "bad request: " + e.getMessage());
            return RequestSink.DISCARD;
        }
        Thread.ofVirtual().name("request").start(() -> run(exchange));
        return exchange;
    }

    private void run(ConnectionExchange exchange) {
        long start = System.nanoTime();
        try {
            handler.handle(exchange);
            if (!exchange.answered()) {
                throw new IllegalStateException("the handler did not answer");
            }
        } catch (Exception | StackOverflowError e) {
            fail(exchange, e);
        } finally {
            exchange.end();
            tell(exchange, System.nanoTime() - start);
        }
    }

    private void tell(ConnectionExchange exchange, long nanos) {
        if (accessLog != null) {
            accessLog.add(new AccessLog.Entry(
                    Instant.now(),
                    exchange.client(),
                    exchange.callId(),
                    null,
                    exchange.method(),
                    exchange.rawPath(),
                    exchange.isGone() || exchange.status() == 0 ? CLIENT_CLOSED : exchange.status(),
                    nanos,
                    null));
        }
    }

    private void fail(ConnectionExchange exchange, Throwable cause) {
        if (exchange.isGone()) {
            return;
        }
        if (exchange.answered()) {
            log.error("answer broke off", cause, "method", exchange.method(), "path", exchange.path());
            exchange.abort();
            return;
        }
        try {
            if (cause instanceof RuntimeFailure failure) {
                exchange.respond(status(failure.kind()), String.valueOf(failure.getMessage()));
            } else {
                log.error("request failed", cause, "method", exchange.method(), "path", exchange.path());
                exchange.respond(500, "internal error: " + cause.getClass().getSimpleName());
            }
        } catch (IOException gone) {
            // nobody is left to tell
        }
    }

    /** The HTTP status of a refusal. */
    public static int status(RuntimeFailure.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS -> 409;
            case INVALID -> 400;
            case UNAVAILABLE -> 503;
            case NO_SPACE -> 507;
            case UNSUPPORTED -> 501;
            case INTERNAL -> 500;
        };
    }
}
