package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP server as clients and blocking handlers see it; the handler of a test answers below /v2. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpServerTest {
    private static final int LARGE = 20 << 20;
    private static final String AUTHORIZATION = "Authorization: Basic "
            + Base64.getEncoder().encodeToString(("admin:" + RunningGateway.PASSWORD).getBytes(StandardCharsets.UTF_8))
            + "|";

    private RunningGateway gateway;

    private void handle(BlockingHandler handler) {
        gateway = new RunningGateway(UnaryOperator.identity(), handler);
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "NOT HTTP AT ALL|| ! 400",
                "GET /healthz HTTP/1.1|| ! 400",
                "GET /healthz HTTP/1.1|Host: h|bad header|| ! 400",
                "GET /healthz HTTP/1.1|Host: h|X: a\u0000b|| ! 400",
                "GET /nothing HTTP/1.1|Host: h|| ! 404",
                "GET http://elsewhere/healthz HTTP/1.1|Host: h|| ! 200",
                "GET /healthz/x HTTP/1.1|Host: h|| ! 404",
                "GET /metrics?%zz HTTP/1.1|Host: h|| ! 400",
            })
    void answersEveryRequestLine(String request, int status) throws Exception {
        handle(exchange -> exchange.respond(200, "unused"));
        try (RawConnection client = gateway.connect()) {
            client.send(request);
            assertThat(client.head()).startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void refusesOversizedHeads() throws Exception {
        handle(exchange -> exchange.respond(200, "unused"));
        try (RawConnection client = gateway.connect()) {
            client.send("GET /" + "a".repeat(20_000) + " HTTP/1.1|Host: h||");
            assertThat(client.head()).startsWith("HTTP/1.1 414");
        }
        try (RawConnection client = gateway.connect()) {
            client.send("GET / HTTP/1.1|Host: h|X: " + "a".repeat(70_000) + "||");
            assertThat(client.head()).startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void aMalformedChunkEndsTheConnection() throws Exception {
        handle(exchange -> {
            exchange.body().readAllBytes();
            exchange.respond(200, "never");
        });
        try (RawConnection client = gateway.connect()) {
            client.send("POST /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "Transfer-Encoding: chunked||zz|");
            assertThat(client.rest()).doesNotContain("never").startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void aRequestThatContradictsItselfIsRefused() throws Exception {
        handle(exchange -> exchange.respond(200, "unused"));
        try (RawConnection client = gateway.connect()) {
            client.send("POST /healthz HTTP/1.1|Host: h|Content-Length: 4|Content-Length: 5||body");
            assertThat(client.head()).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void aHandlerSeesTheRequestAndAnswersWithHeaders() throws Exception {
        handle(exchange -> {
            exchange.setHeader(
                    "X-Seen",
                    String.join(
                            " ",
                            exchange.method(),
                            exchange.path(),
                            String.valueOf(exchange.query("a")),
                            String.valueOf(exchange.query("none")),
                            String.valueOf(exchange.rawQuery()),
                            String.valueOf(exchange.header("x-one")),
                            exchange.headers().get("X-ONE")));
            exchange.respond(201, "application/x-test", exchange.body().readAllBytes());
        });
        HttpResponse<String> answer = gateway.send(gateway.authorised("/v2/%C3%A4%20b?a=1%262&b=+")
                .header("X-One", "1")
                .POST(HttpRequest.BodyPublishers.ofString("body"))
                .build());
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("body");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/x-test");
        assertThat(answer.headers().firstValue("x-seen").orElseThrow())
                .endsWith(" b 1&2 null a=1%262&b=+ 1 1")
                .startsWith("POST /v2/");
    }

    @Test
    void largeBodiesStreamBothWays() throws Exception {
        handle(exchange -> {
            try (OutputStream out = exchange.respondStream(200, "application/octet-stream", LARGE)) {
                exchange.body().transferTo(out);
            }
        });
        try (RawConnection client = gateway.connect()) {
            client.send("POST /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "Content-Length: " + LARGE + "||");
            Thread.ofVirtual().start(() -> {
                try {
                    byte[] piece = new byte[64 * 1024];
                    for (int sent = 0; sent < LARGE; sent += piece.length) {
                        Arrays.fill(piece, (byte) (sent >> 16));
                        client.socket.getOutputStream().write(piece);
                    }
                } catch (IOException e) {
                    // the reader below notices
                }
            });
            assertThat(client.head()).contains("content-length: " + LARGE);
            byte[] received = client.socket.getInputStream().readNBytes(LARGE);
            assertThat(received).hasSize(LARGE);
            for (int i = 0; i < LARGE; i += 4099) {
                assertThat(received[i]).isEqualTo((byte) (i >> 16));
            }
        }
    }

    @Test
    void theBodyIsAskedForWhenItIsRead() throws Exception {
        handle(exchange -> exchange.respond(200, new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8)));
        try (RawConnection client = gateway.connect()) {
            client.send("POST /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "Expect: 100-continue|Content-Length: 4||");
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            client.send("body");
            assertThat(client.body(client.head())).isEqualTo("body");
        }
    }

    @Test
    void anUnreadBodyDoesNotSpoilTheConnection() throws Exception {
        handle(exchange -> exchange.respond(200, "ok"));
        try (RawConnection client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "Content-Length: 100000||");
                client.send("x".repeat(100_000));
                String head = client.head();
                assertThat(head).startsWith("HTTP/1.1 200");
                client.body(head);
            }
        }
    }

    @Test
    void theAnswerToAHugeUnwantedBodyIsSeen() throws Exception {
        handle(exchange -> exchange.respond(413, "too much"));
        try (RawConnection client = gateway.connect()) {
            client.send("POST /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "Content-Length: " + LARGE + "||");
            client.socket.getOutputStream().write(new byte[3 << 20]);
            assertThat(client.head()).startsWith("HTTP/1.1 413");
            assertThat(client.rest()).isEqualTo("too much");
        }
    }

    @Test
    void aHandlerNoticesThatTheClientLeft() throws Exception {
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        CountDownLatch disconnected = new CountDownLatch(1);
        handle(exchange -> {
            exchange.onDisconnect(disconnected::countDown);
            try (OutputStream out = exchange.respondStream(200, null, -1)) {
                while (true) {
                    out.write(new byte[1024]);
                    Thread.sleep(1);
                }
            } catch (IOException e) {
                failure.complete(e);
            }
        });
        try (RawConnection client = gateway.connect()) {
            client.send("GET /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "|");
            client.head();
        }
        assertThat(failure.get()).hasMessage("the client is gone");
        disconnected.await();
    }

    @Test
    void aHandlerNoticesThatTheBodyBrokeOff() throws Exception {
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        handle(exchange -> {
            try {
                exchange.body().readAllBytes();
            } catch (IOException e) {
                failure.complete(e);
                throw e;
            }
        });
        try (RawConnection client = gateway.connect()) {
            client.send("POST /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "Content-Length: 100||part");
        }
        assertThat(failure.get()).hasMessageContaining("before the whole body had arrived");
        assertThat(gateway.logged.toString(StandardCharsets.UTF_8)).doesNotContain("ERROR");
    }

    @Test
    void aHandlersFailureIsAnswered() throws Exception {
        handle(HttpServerTest::fail);
        assertThat(gateway.api("GET", "/v2/full", "").statusCode()).isEqualTo(507);
        HttpResponse<String> broken = gateway.api("GET", "/v2/broken", "");
        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body()).isEqualTo("internal error: IllegalStateException");
        assertThat(gateway.api("GET", "/v2/silent", "").statusCode()).isEqualTo(500);
        assertThat(gateway.logged.toString(StandardCharsets.UTF_8)).contains("ERROR request failed", "the reason");
    }

    private static void fail(Exchange exchange) {
        switch (exchange.path()) {
            case "/v2/full" -> throw new RuntimeFailure(RuntimeFailure.Kind.NO_SPACE, "the disk is full");
            case "/v2/broken" -> throw new IllegalStateException("the reason");
            default -> {}
        }
    }

    @Test
    void anAnswerShorterThanAnnouncedIsCutOff() throws Exception {
        handle(exchange -> {
            try (OutputStream out = exchange.respondStream(200, null, 100)) {
                out.write(new byte[10]);
            }
        });
        try (RawConnection client = gateway.connect()) {
            client.send("GET /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "|");
            client.head();
            assertThat(client.rest()).hasSize(10);
        }
    }

    @Test
    void headHasNoBody() throws Exception {
        handle(exchange -> {
            if (exchange.path().equals("/v2/stream")) {
                exchange.respondStream(200, null, 7).close();
            } else {
                exchange.respond(200, "whole");
            }
        });
        try (RawConnection client = gateway.connect()) {
            client.send("HEAD /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "|");
            assertThat(client.head()).contains("content-length: 5");
            client.send("HEAD /v2/stream HTTP/1.1|Host: h|" + AUTHORIZATION + "|");
            assertThat(client.head()).contains("content-length: 7");
            client.send("GET /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "|");
            assertThat(client.body(client.head())).isEqualTo("whole");
        }
    }

    @Test
    void stoppingLetsCallsUnderWayFinish() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        handle(exchange -> {
            begun.countDown();
            go.await();
            exchange.respond(200, "finished");
        });
        try (RawConnection client = gateway.connect();
                RawConnection idle = gateway.connect()) {
            client.send("GET /v2/ HTTP/1.1|Host: h|" + AUTHORIZATION + "|");
            begun.await();
            Thread stopping = Thread.ofVirtual().start(gateway.gateway::close);
            assertThat(idle.read()).isEqualTo(-1);
            go.countDown();
            String head = client.head();
            assertThat(head).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
            assertThat(client.body(head)).isEqualTo("finished");
            stopping.join();
        }
    }
}
