package dev.vfaas.function;

import com.openfaas.model.IHandler;
import com.openfaas.model.IResponse;
import com.openfaas.model.Request;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Serves a handler of OpenFaaS's model, whose bodies are text. */
record TextHandler(IHandler handler) implements HttpHandler {

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        IResponse response = handler.Handle(new Request(
                body,
                headers,
                exchange.getRequestURI().getRawQuery(),
                exchange.getRequestURI().getRawPath()));
        if (response == null) {
            throw new IllegalStateException(handler.getClass().getName() + ".Handle returned null");
        }
        send(exchange, response);
    }

    private static void send(HttpExchange exchange, IResponse response) throws IOException {
        var answer = exchange.getResponseHeaders();
        if (response.getHeaders() != null) {
            response.getHeaders().forEach((name, value) -> {
                // The server itself frames the answer.
                if (value != null && !name.equalsIgnoreCase("Content-Length") && !name.equalsIgnoreCase("Transfer-Encoding")) {
                    answer.set(name, value);
                }
            });
        }
        String type = response.getContentType();
        if (type != null && !type.isBlank()) {
            answer.set("Content-Type", type);
        } else if (!answer.containsKey("Content-Type")) {
            answer.set("Content-Type", "text/plain; charset=utf-8");
        }
        byte[] text = response.getBody() == null ? new byte[0] : response.getBody().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(response.getStatusCode(), text.length == 0 ? -1 : text.length);
        if (text.length > 0) {
            exchange.getResponseBody().write(text);
        }
    }
}
