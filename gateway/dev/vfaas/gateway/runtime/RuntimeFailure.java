package dev.vfaas.gateway.runtime;

/** A request the runtime refuses or cannot fulfil, with the kind that decides the HTTP status. The message goes to the client. */
public final class RuntimeFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, in terms the API maps to a status. */
    public enum Kind {
        /** 404. */
        NOT_FOUND,
        /** 409 or, where OpenFaaS says so, 500. */
        ALREADY_EXISTS,
        /** 400: the request can never succeed as it is. */
        INVALID,
        /** 503: not now. */
        UNAVAILABLE,
        /** 507: the disk is full. */
        NO_SPACE,
        /** 501: this runtime has no such thing. */
        UNSUPPORTED,
        /** 500. */
        INTERNAL
    }

    private final Kind kind;

    public RuntimeFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public RuntimeFailure(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
