package dev.vfaas.gateway.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Encodes responses; the connection tells it when the request was HEAD, whose response has headers but no body. */
final class ResponseEncoder extends HttpResponseEncoder {
    private boolean head;

    /** Whether the next response answers HEAD. */
    void head(boolean value) {
        head = value;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return head || super.isContentAlwaysEmpty(response);
    }
}
