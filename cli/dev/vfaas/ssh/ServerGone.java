package dev.vfaas.ssh;

import java.io.IOException;

/** The cause of a Failure (exit 6) when a server stopped answering and did not come back while it was waited for. */
final class ServerGone extends IOException {
    private static final long serialVersionUID = 1L;

    ServerGone(Throwable last) {
        super(last.getMessage(), last);
    }
}
