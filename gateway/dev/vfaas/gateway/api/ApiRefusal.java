package dev.vfaas.gateway.api;

/** A request of the management API that is answered with a status and a text. */
final class ApiRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    ApiRefusal(int status, String text) {
        super(text);
        this.status = status;
    }

    static ApiRefusal badRequest(String text) {
        return new ApiRefusal(400, text);
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
