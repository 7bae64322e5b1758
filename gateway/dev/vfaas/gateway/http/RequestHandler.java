package dev.vfaas.gateway.http;

import io.netty.handler.codec.http.HttpRequest;

/** Answers requests on the connection's event loop; must never block. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Takes a request whose head has arrived. The handler may keep and change {@code request}; it answers through {@code client}, now or later.
     *
     * @return what receives the body
     */
    RequestSink begin(ClientConnection client, HttpRequest request);
}
