package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a call reaches the function, and what of its answer the client. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InvocationForwardingTest {
    private RunningGateway gateway;
    private ScriptedReplica replica;
    private StaticRuntime.Function function;

    @BeforeEach
    void start() throws Exception {
        gateway = new RunningGateway();
        replica = ScriptedReplica.echo();
        function = gateway.runtime.serve("echo", replica.port());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        replica.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/function/echo, /",
        "/function/echo/, /",
        "/function/echo?a=b%20c&d, /?a=b%20c&d",
        "/function/echo/x%2Fy/%C3%A4/..;/z?q=%41&q=+, /x%2Fy/%C3%A4/..;/z?q=%41&q=+",
        "/function/echo.openfaas-fn/path, /path",
    })
    void passesTheRestOfThePathAndTheQueryAsTheyAre(String target, String expected) throws Exception {
        try (RawConnection client = gateway.connect()) {
            client.send("GET " + target + " HTTP/1.1|Host: h||");
            String body = client.body(client.head());
            assertThat(body).startsWith("GET " + expected + " HTTP/1.1\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"})
    void passesEveryMethodAndItsBody(String method) throws Exception {
        HttpResponse<String> answer = gateway.send(HttpRequest.newBuilder(gateway.uri("/function/echo"))
                .method(method, HttpRequest.BodyPublishers.ofString("the body"))
                .build());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith(method + " / ").endsWith("the body");
    }

    @Test
    void headHasHeadersAndNoBodyAndKeepsTheConnection() throws Exception {
        try (ScriptedReplica lengths = new ScriptedReplica((connection, number) -> {
                    while (connection.head() != null) {
                        connection.send("HTTP/1.1 200 OK|Content-Length: 12345||");
                    }
                });
                RawConnection client = gateway.connect()) {
            gateway.runtime.serve("lengths", lengths.port());
            for (int i = 0; i < 2; i++) {
                client.send("HEAD /function/lengths HTTP/1.1|Host: h||");
                assertThat(client.head()).startsWith("HTTP/1.1 200").containsIgnoringCase("content-length: 12345");
            }
            assertThat(lengths.connections).hasValue(1);
        }
    }

    @Test
    void tellsTheFunctionWhoCalled() throws Exception {
        try (RawConnection client = gateway.connect()) {
            client.send("GET /function/echo HTTP/1.1|Host: example.test:81|X-Forwarded-For: 10.1.2.3||");
            List<String> seen = lines(client.body(client.head()));
            assertThat(seen)
                    .contains("Host: example.test:81", "X-Forwarded-Host: example.test:81")
                    .contains("X-Forwarded-For: 10.1.2.3, 127.0.0.1")
                    .anyMatch(line -> line.matches(
                            "X-Call-Id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))
                    .anyMatch(line -> line.matches("X-Start-Time: [0-9]{19}"));
        }
    }

    @Test
    void keepsTheCallersIdAndReturnsIt() throws Exception {
        HttpResponse<String> answer = gateway.send(HttpRequest.newBuilder(gateway.uri("/function/echo"))
                .header("X-Call-Id", "mine")
                .build());
        assertThat(lines(answer.body())).contains("X-Call-Id: mine");
        assertThat(answer.headers().firstValue("x-call-id")).hasValue("mine");
        assertThat(answer.headers().firstValue("x-start-time").orElseThrow()).matches("[0-9]{19}");
        assertThat(answer.headers().firstValue("x-served-by").orElseThrow()).startsWith("vfaas/");
    }

    @Test
    void givesEachCallItsOwnId() throws Exception {
        String first =
                gateway.get("/function/echo").headers().firstValue("x-call-id").orElseThrow();
        String second =
                gateway.get("/function/echo").headers().firstValue("x-call-id").orElseThrow();
        assertThat(first).isNotEqualTo(second);
    }

    @Test
    void removesWhatBelongsToOneConnectionOnly() throws Exception {
        try (RawConnection client = gateway.connect()) {
            client.send(
                    "GET /function/echo HTTP/1.1|Host: h|Connection: keep-alive, X-Private|X-Private: 1|Keep-Alive: 5|"
                            + "Proxy-Connection: x|TE: trailers|Proxy-Authorization: Basic x|Upgrade: h2c|X-Public: 2||");
            String seen = client.body(client.head()).toLowerCase(Locale.ROOT);
            assertThat(seen)
                    .contains("x-public: 2")
                    .doesNotContain("x-private", "keep-alive", "proxy-connection", "te: ", "proxy-auth", "upgrade");
        }
    }

    @Test
    void removesTheAnswersConnectionHeadersToo() throws Exception {
        try (ScriptedReplica closing = new ScriptedReplica((connection, number) -> {
            connection.head();
            connection.send("HTTP/1.1 201 Fine|Connection: close, X-Hop|X-Hop: 1|Keep-Alive: timeout=5|X-End: 2|"
                    + "Set-Cookie: a=1|Set-Cookie: b=2|Content-Length: 2||ok");
        })) {
            gateway.runtime.serve("closing", closing.port());
            try (RawConnection client = gateway.connect()) {
                client.send("GET /function/closing HTTP/1.1|Host: h||");
                String head = client.head();
                assertThat(client.body(head)).isEqualTo("ok");
                assertThat(head)
                        .startsWith("HTTP/1.1 201 Fine\r\n")
                        .contains("X-End: 2", "Set-Cookie: a=1", "Set-Cookie: b=2")
                        .doesNotContain("X-Hop", "Keep-Alive", "close");
                client.send("GET /function/closing HTTP/1.1|Host: h||");
                assertThat(client.head()).startsWith("HTTP/1.1 201");
            }
        }
    }

    @Test
    void keepsConnectionsToReplicas() throws Exception {
        try (RawConnection client = gateway.connect()) {
            for (int i = 0; i < 5; i++) {
                client.send("GET /function/echo HTTP/1.1|Host: h||");
                client.body(client.head());
            }
        }
        assertThat(replica.connections).hasValue(1);
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        try (RawConnection client = gateway.connect()) {
            client.send(
                    "GET /function/echo/1 HTTP/1.1|Host: h||POST /function/echo/2 HTTP/1.1|Host: h|Content-Length: 3||abc"
                            + "GET /nothing HTTP/1.1|Host: h||GET /function/echo/3 HTTP/1.1|Host: h||");
            assertThat(client.body(client.head())).startsWith("GET /1 ");
            assertThat(client.body(client.head())).startsWith("POST /2 ").endsWith("abc");
            String missing = client.head();
            assertThat(missing).startsWith("HTTP/1.1 404");
            client.body(missing);
            assertThat(client.body(client.head())).startsWith("GET /3 ");
        }
    }

    @Test
    void speaksHttp10() throws Exception {
        try (ScriptedReplica chunked = new ScriptedReplica((connection, number) -> {
                    assertThat(connection.head()).startsWith("GET / HTTP/1.1\r\n");
                    connection.send("HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|0||");
                });
                RawConnection client = gateway.connect()) {
            gateway.runtime.serve("chunked", chunked.port());
            client.send("GET /function/chunked HTTP/1.0||");
            assertThat(client.head()).startsWith("HTTP/1.1 200").doesNotContain("chunked");
            assertThat(client.rest()).isEqualTo("abc");
        }
    }

    @Test
    void passesAnswersWithoutLengthAsChunks() throws Exception {
        try (ScriptedReplica open = new ScriptedReplica((connection, number) -> {
            connection.head();
            connection.send("HTTP/1.0 200 OK||until the end");
        })) {
            gateway.runtime.serve("open", open.port());
            assertThat(gateway.get("/function/open").body()).isEqualTo("until the end");
        }
    }

    @Test
    void passesStatusesWithoutBody() throws Exception {
        try (ScriptedReplica empty = new ScriptedReplica((connection, number) -> {
                    while (connection.head() != null) {
                        connection.send("HTTP/1.1 103 Early Hints|Link: x||HTTP/1.1 204 No Content||");
                    }
                });
                RawConnection client = gateway.connect()) {
            gateway.runtime.serve("empty", empty.port());
            for (int i = 0; i < 2; i++) {
                client.send("GET /function/empty HTTP/1.1|Host: h||");
                assertThat(client.head()).startsWith("HTTP/1.1 204").doesNotContain("ransfer-", "ontent-");
            }
        }
    }

    @Test
    void choosesTheReplicaWithTheFewestCalls() throws Exception {
        try (ScriptedReplica other = ScriptedReplica.echo()) {
            StaticRuntime.Replica idle = new StaticRuntime.Replica(other.port());
            StaticRuntime.Replica busy = (StaticRuntime.Replica) function.endpoints.getFirst();
            busy.inFlight.set(3);
            function.endpoints.add(idle);
            gateway.get("/function/echo");
            assertThat(idle.acquired).hasValue(1);
            idle.draining = true;
            gateway.get("/function/echo");
            assertThat(busy.acquired).hasValue(1);
        }
    }

    @Test
    void countsTheLoad() throws Exception {
        gateway.get("/function/echo");
        assertThat(function.load.started()).isEqualTo(1);
        RunningGateway.await(() -> function.load.inFlight() == 0);
        StaticRuntime.Replica endpoint = (StaticRuntime.Replica) function.endpoints.getFirst();
        assertThat(endpoint.acquired).hasValue(1);
        assertThat(endpoint.released).hasValue(1);
    }

    @Test
    void namesTheUnknownFunction() throws Exception {
        HttpResponse<String> answer = gateway.get("/function/nothing.other/x");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo(
                        "error finding function nothing.other: server returned non-200 status code (404) for function,"
                                + " nothing, body: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/function", "/function/", "/function/a%20b", "/functions/echo", "/function//echo"})
    void refusesWhatIsNoName(String path) throws Exception {
        assertThat(gateway.get(path).statusCode()).isEqualTo(404);
    }

    private static List<String> lines(String head) {
        return Arrays.asList(head.split("\r\n"));
    }
}
