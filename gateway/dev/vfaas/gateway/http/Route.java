package dev.vfaas.gateway.http;

/**
 * A path and what answers there.
 *
 * @param path matches itself and, unless {@code exact}, everything below it
 */
public record Route(String path, boolean exact, Access access, RequestHandler handler) {
    /** Everything at and below {@code path}, which ends without a slash. */
    public static Route below(String path, Access access, RequestHandler handler) {
        return new Route(path, false, access, handler);
    }

    /** Just {@code path}. */
    public static Route at(String path, Access access, RequestHandler handler) {
        return new Route(path, true, access, handler);
    }

    /** Whether a raw request target belongs here. */
    boolean matches(String target) {
        if (!target.startsWith(path)) {
            return false;
        }
        if (target.length() == path.length()) {
            return true;
        }
        char next = target.charAt(path.length());
        return next == '?' || (next == '/' && !exact);
    }
}
