package dev.vfaas.ssh;

import java.io.IOException;

/**
 * The cause of a {@link dev.vfaas.console.Failure} (exit 6) when the connection broke while a command ran: whether the command finished is not
 * known. The next call connects anew; what can be repeated may be repeated.
 */
public final class ConnectionLost extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectionLost(String message, Throwable cause) {
        super(message, cause);
    }
}
