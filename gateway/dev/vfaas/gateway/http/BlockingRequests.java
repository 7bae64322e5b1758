package dev.vfaas.gateway.http;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;

/** Gives each request to a {@link BlockingHandler} on a virtual thread of its own. */
public final class BlockingRequests implements RequestHandler {
    private final BlockingHandler handler;
    private final Log log;

    public BlockingRequests(BlockingHandler handler, Log log) {
        this.handler = handler;
        this.log = log;
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
        try {
            handler.handle(exchange);
            if (!exchange.answered()) {
                throw new IllegalStateException("the handler did not answer");
            }
        } catch (Exception | StackOverflowError e) {
            fail(exchange, e);
        } finally {
            exchange.end();
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
            case INTERNAL -> 500;
        };
    }
}
