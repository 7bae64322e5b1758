package dev.vfaas.openfaas;

import org.jspecify.annotations.Nullable;

/** A gateway that cannot be reached, does not answer in time or refuses a request. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of refusal. */
    public enum Kind {
        /** No connection could be made. */
        UNREACHABLE,
        /** The {@link Way} broke while an answer was awaited: what was asked may or may not have been done. */
        LOST,
        /** No answer before the deadline. */
        TIMED_OUT,
        /** 401: the credentials are missing or wrong. */
        UNAUTHORIZED,
        /** 403. */
        FORBIDDEN,
        /** 404. */
        NOT_FOUND,
        /** 409. */
        CONFLICT,
        /** 3xx: another address is to be used. */
        MOVED,
        /** An update answered 200 instead of 202: OpenFaaS CE does so when it did not apply it. */
        NOT_APPLIED,
        /** Any other status that is not a success. */
        REFUSED,
        /** An answer that is not what the API describes. */
        UNINTELLIGIBLE
    }

    private final Kind kind;
    private final GatewayUrl gateway;
    private final int status;
    private final String body;
    private final transient @Nullable Way way;

    GatewayException(
            Kind kind, GatewayUrl gateway, int status, String body, @Nullable Throwable cause, @Nullable Way way) {
        super(gateway + ": " + kind + (status == 0 ? "" : " " + status) + (body.isEmpty() ? "" : ": " + body), cause);
        this.kind = kind;
        this.gateway = gateway;
        this.status = status;
        this.body = body;
        this.way = way;
    }

    static GatewayException refused(GatewayUrl gateway, int status, String body, @Nullable Way way) {
        Kind kind = switch (status) {
            case 401 -> Kind.UNAUTHORIZED;
            case 403 -> Kind.FORBIDDEN;
            case 404 -> Kind.NOT_FOUND;
            case 409 -> Kind.CONFLICT;
            case 301, 302, 303, 307, 308 -> Kind.MOVED;
            default -> Kind.REFUSED;
        };
        return new GatewayException(kind, gateway, status, body.strip(), null, way);
    }

    public Kind kind() {
        return kind;
    }

    /** Which gateway. */
    public GatewayUrl gateway() {
        return gateway;
    }

    /** The way to the gateway; null when it is asked directly, by its URL. */
    public @Nullable Way way() {
        return way;
    }

    /** What a person knows the gateway by: its URL, or the server it is reached through. */
    public String place() {
        return place(gateway, way);
    }

    /** For messages: {@code gateway https://faas.example.com}, or {@code gateway of root@203.0.113.10} when it is reached through a server. */
    public String named() {
        return named(gateway, way);
    }

    static String named(GatewayUrl gateway, @Nullable Way way) {
        return "gateway " + (way == null ? "" : "of ") + place(gateway, way);
    }

    static String place(GatewayUrl gateway, @Nullable Way way) {
        return way == null ? gateway.text() : way.server();
    }

    /** The HTTP status, 0 when there was none. */
    public int status() {
        return status;
    }

    /** What the gateway said (for MOVED: the address), or why there is no answer; may be empty. */
    public String detail() {
        return body;
    }
}
