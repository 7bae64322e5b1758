package dev.vfaas.gateway.api;

import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.openfaas.LogMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** GET /system/logs: a function's output as lines of JSON, for as long as the client wants them. */
final class LogEndpoint {
    private final FunctionRuntime runtime;
    private final Json json;

    LogEndpoint(FunctionRuntime runtime, Json json) {
        this.runtime = runtime;
        this.json = json;
    }

    void handle(Exchange exchange) throws IOException {
        ManagementApi.allow(exchange, "GET");
        LogQuery query = query(exchange);
        if (runtime.live(query.function()) == null) {
            throw new ApiRefusal(404, "function " + query.function() + " not found");
        }
        Thread reader = Thread.currentThread();
        try (OutputStream out = exchange.respondStream(200, "application/x-ndjson", -1)) {
            exchange.onDisconnect(reader::interrupt);
            runtime.logs(query, message -> send(out, message));
        } catch (InterruptedException e) {
            // the client has what it wanted and left
        }
    }

    private boolean send(OutputStream out, LogMessage message) {
        try {
            out.write(json.line(message));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static LogQuery query(Exchange exchange) {
        String name = exchange.query("name");
        if (name == null || name.isEmpty()) {
            throw ApiRefusal.badRequest("name: is required");
        }
        String instance = exchange.query("instance");
        return new LogQuery(
                new FunctionKey(DeploymentRules.namespace(exchange.query("namespace")), name),
                instance == null || instance.isEmpty() ? null : instance,
                since(exchange.query("since")),
                tail(exchange.query("tail")),
                follow(exchange.query("follow")));
    }

    private static @Nullable Instant since(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw ApiRefusal.badRequest("since: \"" + text + "\" is not an RFC 3339 time");
        }
    }

    private static int tail(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw ApiRefusal.badRequest("tail: \"" + text + "\" is not a number");
        }
    }

    private static boolean follow(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return false;
        }
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw ApiRefusal.badRequest("follow: \"" + text + "\" is not true or false");
        };
    }
}
