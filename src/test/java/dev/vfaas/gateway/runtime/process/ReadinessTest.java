package dev.vfaas.gateway.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.vfaas.openfaas.FunctionDeployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadinessTest {
    private final AtomicReference<String> asked = new AtomicReference<>();
    private HttpServer server;
    private int status;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.set(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest(name = "{0} {1}: {3}")
    @CsvSource({
        "'', 200, /_/ready, true",
        "'', 404, /_/ready, true",
        "'', 501, /_/ready, true",
        "'', 429, /_/ready, false",
        "'', 503, /_/ready, false",
        "'', 500, /_/ready, false",
        "com.openfaas.health.http.path=/up, 204, /up, true",
        "com.openfaas.health.http.path=/up, 404, /up, false",
        "com.openfaas.ready.http.path=/r?x=1, 302, /r?x=1, true",
        "com.openfaas.ready.http.path=not a path, 404, /_/ready, true"
    })
    void by_path_and_status(String annotation, int answer, String path, boolean ready) {
        status = answer;
        Map<String, String> annotations = annotation.isEmpty()
                ? Map.of()
                : Map.of(
                        annotation.substring(0, annotation.indexOf('=')),
                        annotation.substring(annotation.indexOf('=') + 1));
        assertThat(Readiness.of(function(annotations)).asks(server.getAddress().getPort()))
                .isEqualTo(ready);
        assertThat(asked).hasValue(path);
    }

    @Test
    void who_does_not_answer_or_is_not_there_is_not_ready() throws IOException {
        Readiness readiness = Readiness.of(function(Map.of()));
        int port;
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = silent.getLocalPort();
            assertThat(readiness.asks(port)).isFalse();
            assertThat(readiness.listens(port)).isTrue();
        }
        assertThat(readiness.asks(port)).isFalse();
        assertThat(readiness.listens(port)).isFalse();
    }

    private static FunctionDeployment function(Map<String, String> annotations) {
        return new FunctionDeployment(
                "f", "f", null, null, Map.of(), List.of(), List.of(), Map.of(), annotations, null, null, false);
    }
}
