package dev.vfaas.gateway.store;

import org.jspecify.annotations.Nullable;

/**
 * The state on disk cannot be used as it is: damaged, made by a newer version, or in use by another gateway. Nothing was changed. The process ends
 * with exit code 1 and shows the message and what to do.
 */
public final class UnusableState extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String next;

    UnusableState(String message, String next, @Nullable Throwable cause) {
        super(message, cause);
        this.next = next;
    }

    /** What to type, or to do, to get going again. */
    public String next() {
        return next;
    }
}
