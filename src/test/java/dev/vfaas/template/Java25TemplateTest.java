package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.console.Environment;
import dev.vfaas.image.toolchain.JavaToolchain;
import dev.vfaas.support.Compilers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Java25TemplateTest extends TemplateContractTest {
    private static final String HANDLER = "src/main/java/com/openfaas/function/Handler.java";

    private static CompiledTemplate template;

    @BeforeAll
    static void prepare(@TempDir Path work) throws IOException, InterruptedException {
        Compilers.maven();
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("XDG_CACHE_HOME", work.resolve("cache").toString());
        Environment environment = new Environment(variables, work, work, Environment.Terminal.NONE);
        template = new CompiledTemplate(templates(), "java25", "java", new JavaToolchain(environment), work);
    }

    @Override
    protected Path assemble(Path folder, Map<String, String> handlerFiles) throws IOException, InterruptedException {
        return template.assemble(folder, List.of("pom.xml", HANDLER), handlerFiles);
    }

    @Override
    protected List<String> command() {
        return List.of("sh", "run.sh");
    }

    @Override
    protected Map<String, String> echo() {
        return handler("""
                byte[] body = exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
                """);
    }

    @Override
    protected Map<String, String> hold() {
        return handler("""
                Path gate = Path.of(new String(exchange.getRequestBody().readAllBytes()));
                Files.createFile(Path.of(gate + ".started"));
                await(gate);
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("released".getBytes());
                """);
    }

    @Override
    protected Map<String, String> fail() {
        return Map.of(HANDLER, text("throw new IllegalStateException(\"broken on purpose\");"));
    }

    @Override
    protected Map<String, String> stream() {
        return handler("""
                Path gate = Path.of(new String(exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("first".getBytes());
                exchange.getResponseBody().flush();
                await(gate);
                exchange.getResponseBody().write("second".getBytes());
                """);
    }

    @Test
    void theScaffoldAnswers() throws Exception {
        try (Replica replica = start(Map.of())) {
            Wire.Response response = replica.post("héllo");
            assertThat(response.text()).isEqualTo("Body: héllo");
            assertThat(response.headers()).containsEntry("Content-Type", "text/plain; charset=utf-8");
        }
    }

    @Test
    void aTextHandlerSeesTheWholeRequest() throws Exception {
        String handler = text("""
                com.openfaas.model.Response response = new com.openfaas.model.Response();
                response.setStatusCode(418);
                response.setHeader("X-From", request.getHeader("x-name"));
                response.setBody(request.getQuery().get("a") + " " + request.getQueryRaw() + " " + request.getPath() + " " + request.getPathRaw());
                return response;
                """);
        try (Replica replica = start(Map.of(HANDLER, handler))) {
            Wire.Response response = replica.call("PUT", "/user/7/tab?a=x%20y&b", "X-Name: Ada\r\n", new byte[0]);
            assertThat(response.status()).isEqualTo(418);
            assertThat(response.headers()).containsEntry("X-From", "Ada");
            assertThat(response.text()).isEqualTo("x y a=x%20y&b {user=7, tab=} /user/7/tab");
        }
    }

    @Test
    void anAnswerMayBeginBeforeTheRequestEnds() throws Exception {
        Map<String, String> copy = handler("""
                exchange.sendResponseHeaders(200, 0);
                byte[] part = new byte[100];
                for (int n = exchange.getRequestBody().read(part); n >= 0; n = exchange.getRequestBody().read(part)) {
                    exchange.getResponseBody().write(part, 0, n);
                    exchange.getResponseBody().flush();
                }
                """);
        try (Replica replica = start(copy);
                Wire wire = new Wire(replica.port)) {
            wire.send("POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nping\r\n");
            assertThat(wire.head().status()).isEqualTo(200);
            assertThat(wire.chunk()).isEqualTo(bytes("ping"));
            wire.send("4\r\npong\r\n0\r\n\r\n");
            assertThat(wire.chunk()).isEqualTo(bytes("pong"));
            assertThat(wire.chunk()).isEmpty();
        }
    }

    @Test
    void aHandlerThatReadsNothingKeepsTheConnection() throws Exception {
        try (Replica replica = start(
                        handler(
                                "exchange.sendResponseHeaders(200, 4); exchange.getResponseBody().write(\"done\".getBytes());"));
                Wire wire = new Wire(replica.port)) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.request("POST", "/", "", new byte[1_000_000])
                                .response("POST")
                                .text())
                        .isEqualTo("done");
            }
        }
    }

    @Test
    void aHeaderThatWouldSplitTheAnswerIsA500() throws Exception {
        String handler = text("""
                com.openfaas.model.Response response = new com.openfaas.model.Response();
                response.setHeader("X-Bad", "one\\r\\nSet-Cookie: two");
                return response;
                """);
        try (Replica replica = start(Map.of(HANDLER, handler))) {
            Wire.Response response = replica.post("x");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.headers()).doesNotContainKey("Set-Cookie");
        }
    }

    private static Map<String, String> handler(String body) {
        return Map.of(HANDLER, """
                package com.openfaas.function;

                import com.sun.net.httpserver.HttpExchange;
                import com.sun.net.httpserver.HttpHandler;
                import java.io.IOException;
                import java.nio.file.Files;
                import java.nio.file.Path;

                public class Handler implements HttpHandler {
                    @Override
                    public void handle(HttpExchange exchange) throws IOException {
                        %s
                    }

                    private static void await(Path gate) throws IOException {
                        try {
                            while (!Files.exists(gate)) {
                                Thread.sleep(5);
                            }
                        } catch (InterruptedException overdue) {
                            throw new IOException(overdue);
                        }
                    }
                }
                """.formatted(body));
    }

    private static String text(String body) {
        return """
                package com.openfaas.function;

                public class Handler extends com.openfaas.model.AbstractHandler {
                    @Override
                    public com.openfaas.model.IResponse Handle(com.openfaas.model.IRequest request) {
                        %s
                    }
                }
                """.formatted(body);
    }
}
