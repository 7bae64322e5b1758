package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StackDownloadTest {
    private static final Path HERE = Path.of("").toAbsolutePath();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serve(int status, byte[] body) {
        server.createContext("/stack.yml", exchange -> {
            boolean login = "Basic bWU6cHc=".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(login ? 200 : status, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
    }

    private Stack load(String login) {
        String url = "http://" + login + "127.0.0.1:" + server.getAddress().getPort() + "/stack.yml";
        return new StackLoader(Variables.of(Map.of()))
                .load(StackSource.of(url, HERE, new ByteArrayInputStream(new byte[0])), StackOptions.DEFAULT);
    }

    private Failure failure(String login) {
        return catchThrowableOfType(Failure.class, () -> load(login));
    }

    @Test
    void aStackFileIsFetched() {
        serve(200, "provider: {name: openfaas}\nfunctions: {f: {image: f}}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(load("").functions()).containsOnlyKeys("f");
        assertThat(load("").baseDirectory()).isEqualTo(HERE);
    }

    @Test
    void aRefusalIsNotReadAsAFile() {
        serve(404, "provider: {name: openfaas}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(failure("").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(failure("").text()).contains("/stack.yml cannot be fetched: the server answered 404");
    }

    @Test
    void aLoginInTheUrlIsSentAndNotShown() {
        serve(401, "provider: {name: openfas}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(failure("me:pw@").text()).contains("the only valid").doesNotContain("pw");
        assertThat(failure("me:wrong@").text()).contains("401").doesNotContain("wrong");
    }

    @Test
    void aFileThatIsTooLargeIsRefused() {
        serve(200, new byte[(1 << 20) + 1]);
        assertThat(failure("").text()).contains("is larger than 1 MiB");
    }

    @Test
    void noServerIsAFailureThatSaysSo() {
        server.stop(0);
        assertThat(failure("").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(failure("").text()).contains("cannot be fetched: ");
    }
}
