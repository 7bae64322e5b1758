package dev.vfaas.function;

import java.io.IOException;

/** A request that cannot be served as it was sent; answered with a status of the server's own, after which the connection closes. */
final class HttpError extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpError(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
