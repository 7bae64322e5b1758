package dev.vfaas.gateway.http;

/** Answers requests with blocking code. An exception that escapes becomes 500, a {@code RuntimeFailure} its status. */
@FunctionalInterface
public interface BlockingHandler {
    void handle(Exchange exchange) throws Exception;
}
