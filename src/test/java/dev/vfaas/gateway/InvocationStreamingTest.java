package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that flow while they are made, protocols that leave HTTP, and ends that come early. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InvocationStreamingTest {
    private static final int LARGE = 40 << 20;

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = new RunningGateway();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private StaticRuntime.Replica serve(ScriptedReplica replica) {
        StaticRuntime.Function function = gateway.runtime.serve("fn", replica.port());
        return (StaticRuntime.Replica) function.endpoints.getFirst();
    }

    private void assertGivenBack(StaticRuntime.Replica endpoint) throws InterruptedException {
        RunningGateway.await(() -> endpoint.released.get() == endpoint.acquired.get());
        StaticRuntime.Function function =
                gateway.runtime.functions.values().iterator().next();
        RunningGateway.await(() -> function.load.inFlight() == 0);
        assertThat(endpoint.inFlight).hasValue(0);
    }

    @Test
    void serverSentEventsArriveOneByOne() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
            connection.head();
            connection.send("HTTP/1.1 200 OK|Content-Type: text/event-stream|Transfer-Encoding: chunked||");
            connection.send("9|data: 1\n\n|");
            read.await();
            connection.send("9|data: 2\n\n|0||");
        })) {
            serve(replica);
            HttpResponse<InputStream> answer = gateway.client()
                    .send(
                            HttpRequest.newBuilder(gateway.uri("/function/fn")).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
            assertThat(new String(answer.body().readNBytes(9), StandardCharsets.UTF_8))
                    .isEqualTo("data: 1\n\n");
            read.countDown();
            assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("data: 2\n\n");
        }
    }

    @Test
    void theRequestsBodyFlowsWhileItIsSent() throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    first.complete(connection.read(8)); // a chunk of three bytes
                    connection.read(8);
                    connection.read(5);
                    ScriptedReplica.answer(connection, "done");
                });
                RawConnection client = gateway.connect()) {
            serve(replica);
            client.send("POST /function/fn HTTP/1.1|Host: h|Transfer-Encoding: chunked||3|abc|");
            assertThat(first.get()).isEqualTo("3\r\nabc\r\n");
            client.send("3|def|0||");
            assertThat(client.body(client.head())).isEqualTo("done");
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo();
                RawConnection client = gateway.connect()) {
            serve(replica);
            client.send("POST /function/fn HTTP/1.1|Host: h|Expect: 100-continue|Content-Length: 4||");
            assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("body");
            assertThat(client.body(client.head())).endsWith("body").doesNotContain("Expect");
        }
    }

    @Test
    void aClientThatAsksFirstGetsTheRefusalWithoutItsBody() throws Exception {
        try (RawConnection client = gateway.connect()) {
            client.send("POST /function/nothing HTTP/1.1|Host: h|Expect: 100-continue|Content-Length: 4||");
            assertThat(client.head()).startsWith("HTTP/1.1 404").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void largeBodiesPassUnchangedBothWays() throws Exception {
        byte[] data = new byte[LARGE];
        new Random(1).nextBytes(data);
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
            String head = connection.head();
            assertThat(head).containsIgnoringCase("content-length: " + LARGE);
            byte[] received = connection.socket.getInputStream().readNBytes(LARGE);
            connection.send("HTTP/1.1 200 OK|Content-Length: " + LARGE + "||");
            connection.socket.getOutputStream().write(received);
        })) {
            StaticRuntime.Replica endpoint = serve(replica);
            HttpResponse<byte[]> answer = gateway.client()
                    .send(
                            HttpRequest.newBuilder(gateway.uri("/function/fn"))
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(data))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            assertThat(digest(answer.body())).isEqualTo(digest(data));
            assertGivenBack(endpoint);
        }
    }

    @Test
    void aReplicaThatDoesNotReadMakesTheClientWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
            connection.head();
            go.await();
            connection.socket.getInputStream().skipNBytes(LARGE);
            ScriptedReplica.answer(connection, "all");
        })) {
            serve(replica);
            try (SocketChannel client = SocketChannel.open(new InetSocketAddress("127.0.0.1", gateway.port))) {
                String head = "POST /function/fn HTTP/1.1\r\nHost: h\r\nContent-Length: " + LARGE + "\r\n\r\n";
                client.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
                client.configureBlocking(false);
                long sent = sendUntilStuck(client);
                assertThat(sent).isLessThan(LARGE);
                go.countDown();
                client.configureBlocking(true);
                while (sent < LARGE) {
                    sent += client.write(ByteBuffer.allocate((int) Math.min(64 * 1024, LARGE - sent)));
                }
                ByteBuffer answer = ByteBuffer.allocate(1024);
                client.read(answer);
                assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200");
            }
        }
    }

    /** Sends zeros until nothing was taken for a second. */
    private static long sendUntilStuck(SocketChannel client) throws Exception {
        long sent = 0;
        int refusals = 0;
        while (refusals < 100 && sent < LARGE) {
            int count = client.write(ByteBuffer.allocate((int) Math.min(64 * 1024, LARGE - sent)));
            sent += count;
            refusals = count == 0 ? refusals + 1 : 0;
            if (count == 0) {
                Thread.sleep(10);
            }
        }
        return sent;
    }

    @Test
    void aClientThatDoesNotReadMakesTheReplicaWait() throws Exception {
        CompletableFuture<Long> stuck = new CompletableFuture<>();
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    connection.send("HTTP/1.1 200 OK|Content-Length: " + LARGE + "||");
                    long sent = 0;
                    byte[] piece = new byte[64 * 1024];
                    connection.socket.setSoTimeout(1);
                    AtomicLong progress = new AtomicLong();
                    Thread.ofVirtual().start(() -> report(progress, stuck));
                    while (sent < LARGE) {
                        connection.socket.getOutputStream().write(piece);
                        sent += piece.length;
                        progress.set(sent);
                    }
                });
                RawConnection client = gateway.connect()) {
            serve(replica);
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            assertThat(stuck.get()).isLessThan(LARGE);
            client.head();
            client.socket.getInputStream().skipNBytes(LARGE);
        }
    }

    private static void report(AtomicLong progress, CompletableFuture<Long> stuck) {
        long before = -1;
        while (before != progress.get()) {
            before = progress.get();
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                return;
            }
        }
        stuck.complete(before);
    }

    @Test
    void webSocketsAndOtherUpgradesBecomeATunnel() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    String head = connection.head();
                    assertThat(head)
                            .containsIgnoringCase("connection: upgrade")
                            .containsIgnoringCase("upgrade: websocket");
                    connection.send("HTTP/1.1 101 Switching Protocols|Upgrade: websocket|Connection: Upgrade|"
                            + "Sec-WebSocket-Accept: x||early");
                    for (int b = connection.read(); b >= 0; b = connection.read()) {
                        connection.socket.getOutputStream().write(Character.toUpperCase(b));
                    }
                });
                RawConnection client = gateway.connect()) {
            StaticRuntime.Replica endpoint = serve(replica);
            client.send("GET /function/fn/socket HTTP/1.1|Host: h|Connection: keep-alive, Upgrade|Upgrade: websocket|"
                    + "Sec-WebSocket-Key: x|Sec-WebSocket-Version: 13||");
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101")
                    .containsIgnoringCase("connection: upgrade")
                    .contains("Upgrade: websocket", "Sec-WebSocket-Accept: x", "X-Call-Id");
            assertThat(client.read(5)).isEqualTo("early");
            client.send("GET / not http at all ~~");
            assertThat(client.read(24)).isEqualTo("GET / NOT HTTP AT ALL ~~");
            assertThat(endpoint.inFlight).hasValue(1);
            client.close();
            assertGivenBack(endpoint);
        }
    }

    @Test
    void bytesThatComeBeforeTheConsentAreNotLost() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    Thread.sleep(100); // the client's bytes are with the gateway by then
                    connection.send("HTTP/1.1 101 Switching Protocols|Upgrade: other|Connection: Upgrade||");
                    connection.send(connection.read(5));
                });
                RawConnection client = gateway.connect()) {
            serve(replica);
            client.send("GET /function/fn HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: other||hello");
            assertThat(client.head()).startsWith("HTTP/1.1 101");
            assertThat(client.rest()).isEqualTo("hello");
        }
    }

    @Test
    void aTunnelEndsWithTheReplica() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    connection.send("HTTP/1.1 101 Switching Protocols|Upgrade: other|Connection: Upgrade||bye");
                });
                RawConnection client = gateway.connect()) {
            StaticRuntime.Replica endpoint = serve(replica);
            client.send("GET /function/fn HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: other||");
            client.head();
            assertThat(client.rest()).isEqualTo("bye");
            assertGivenBack(endpoint);
        }
    }

    @Test
    void aRefusedUpgradeIsAnOrdinaryAnswer() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo();
                RawConnection client = gateway.connect()) {
            serve(replica);
            client.send("GET /function/fn HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: websocket||");
            String head = client.head();
            assertThat(head).startsWith("HTTP/1.1 200");
            client.body(head);
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            assertThat(client.head()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aClientThatLeavesEndsTheCall() throws Exception {
        CompletableFuture<Integer> seen = new CompletableFuture<>();
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    seen.complete(connection.read());
                });
                RawConnection client = gateway.connect()) {
            StaticRuntime.Replica endpoint = serve(replica);
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            RunningGateway.await(() -> endpoint.inFlight.get() == 1);
            client.close();
            assertThat(seen.get()).isEqualTo(-1);
            assertGivenBack(endpoint);
            assertThat(gateway.get("/metrics").body())
                    .contains("gateway_function_invocation_total{function_name=\"fn.openfaas-fn\",code=\"499\"} 1\n");
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfTheAnswerEndsTheCall() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    connection.send("HTTP/1.1 200 OK|Content-Length: 1000000000||");
                    byte[] piece = new byte[64 * 1024];
                    while (true) {
                        connection.socket.getOutputStream().write(piece);
                    }
                });
                RawConnection client = gateway.connect()) {
            StaticRuntime.Replica endpoint = serve(replica);
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            client.head();
            client.reset();
            assertGivenBack(endpoint);
        }
    }

    @Test
    void anAnswerThatBreaksOffIsNotTakenForWhole() throws Exception {
        for (String framing : new String[] {"Content-Length: 100||abc", "Transfer-Encoding: chunked||3|abc|"}) {
            try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                        connection.head();
                        connection.send("HTTP/1.1 200 OK|" + framing);
                    });
                    RawConnection client = gateway.connect()) {
                StaticRuntime.Replica endpoint = serve(replica);
                client.send("GET /function/fn HTTP/1.1|Host: h||");
                client.head();
                assertThat(client.rest()).contains("abc").doesNotContain("0\r\n\r\n");
                assertGivenBack(endpoint);
            }
        }
    }

    @Test
    void anAnswerBeforeTheRequestsEndReachesTheClient() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    connection.send("HTTP/1.1 413 Too Much|Content-Length: 2||no");
                });
                RawConnection client = gateway.connect()) {
            StaticRuntime.Replica endpoint = serve(replica);
            client.send("POST /function/fn HTTP/1.1|Host: h|Content-Length: 1000||begin");
            String head = client.head();
            assertThat(head).startsWith("HTTP/1.1 413");
            assertThat(client.body(head)).isEqualTo("no");
            assertGivenBack(endpoint);
        }
    }

    private static String digest(byte[] data) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }
}
