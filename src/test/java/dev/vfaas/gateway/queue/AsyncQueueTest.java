package dev.vfaas.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpServer;
import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionLoad;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.store.SqliteDatabase;
import dev.vfaas.openfaas.FunctionDeployment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsyncQueueTest {
    private static final QueueConfig QUICK = new QueueConfig(
            1 << 20, 5000, 4, 3, Duration.ofMillis(10), Duration.ofMillis(50), 3, Duration.ofSeconds(5));

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final Counters counters = new Counters();
    private final Map<String, String> annotations = new TreeMap<>();
    private SqliteDatabase database;
    private AsyncQueue queue;
    private TestServer server;

    /** A call as the function got it. */
    private record Call(
            FunctionKey function, String method, String path, String query, Map<String, String> headers, byte[] body) {}

    @BeforeEach
    void open() throws Exception {
        open(QUICK);
    }

    private void open(QueueConfig config) throws IOException {
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(AsyncQueue.SCHEMA));
        queue = AsyncQueue.open(
                database,
                folder.resolve("calls"),
                key -> key.name().equals("echo") ? new Deployed(key, annotations) : null,
                config,
                counters,
                "test",
                new Log(System.err));
        server = new TestServer(queue.handler(), null);
    }

    @AfterEach
    void close() {
        server.close();
        queue.close();
        database.close();
    }

    @Test
    void answersAtOnceAndCallsTheFunctionWithEverythingTheClientSent() throws Exception {
        queue.start(answering(200, "done"));

        HttpResponse<String> answer = post(
                "/async-function/echo.openfaas-fn/a%2Fb/c?x=%20y&x=2", "hello", "X-Own", "1", "Content-Type", "text/x");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        Call call = next();
        assertThat(call.function()).isEqualTo(new FunctionKey("openfaas-fn", "echo"));
        assertThat(call.method()).isEqualTo("POST");
        assertThat(call.path()).isEqualTo("/a%2Fb/c");
        assertThat(call.query()).isEqualTo("x=%20y&x=2");
        assertThat(call.headers()).containsEntry("X-Own", "1").containsEntry("Content-Type", "text/x");
        assertThat(call.headers())
                .containsEntry(
                        "X-Call-Id", answer.headers().firstValue("X-Call-Id").orElseThrow());
        assertThat(call.headers()).doesNotContainKeys("Host", "Content-Length", "Connection");
        assertThat(call.body()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsTheCallersIdAndMethod() throws Exception {
        queue.start(answering(200, ""));
        HttpResponse<String> answer = send("PUT", "/async-function/echo", new byte[0], "X-Call-Id", "mine-7");
        assertThat(answer.headers().firstValue("X-Call-Id")).hasValue("mine-7");
        Call call = next();
        assertThat(call.method()).isEqualTo("PUT");
        assertThat(call.path()).isEqualTo("/");
        assertThat(call.headers()).containsEntry("X-Call-Id", "mine-7");
    }

    @Test
    void refusesWhatCanNeverRun() throws Exception {
        queue.start(answering(200, ""));
        assertThat(post("/async-function/nobody", "").statusCode()).isEqualTo(404);
        assertThat(post("/async-function/", "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/async-function/echo", new byte[0]).statusCode())
                .isEqualTo(405);
        HttpResponse<String> tooLarge = post("/async-function/echo", "x".repeat((1 << 20) + 1));
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(tooLarge.headers().firstValue("Connection")).hasValue("close");
        assertThat(post("/async-function/echo", "", "X-Call-Id", "x".repeat(256))
                        .statusCode())
                .isEqualTo(400);
        assertThat(database.<Integer>read(c -> StateCount.of(c))).isZero();
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "ftp://host/x", "/relative", "http://", "http:///x", "http://a b/"})
    void refusesCallbackUrlsThatCannotWork(String url) throws Exception {
        assertThat(post("/async-function/echo", "", "X-Callback-Url", url).statusCode())
                .isEqualTo(400);
    }

    @Test
    void deliversTheResultToTheCallback() throws Exception {
        try (Receiver receiver = new Receiver(200)) {
            queue.start(answering(418, "short and stout"));
            post("/async-function/echo", "x", "X-Callback-Url", receiver.url(), "X-Call-Id", "c1");

            Call callback = receiver.next();

            assertThat(callback.method()).isEqualTo("POST");
            assertThat(new String(callback.body(), StandardCharsets.UTF_8)).isEqualTo("short and stout");
            assertThat(callback.headers())
                    .containsEntry("X-call-id", "c1")
                    .containsEntry("X-function-name", "echo.openfaas-fn")
                    .containsEntry("X-function-status", "418")
                    .containsEntry("User-agent", "vfaas-queue-worker/test")
                    .containsEntry("Content-type", "text/plain");
            assertThat(callback.headers().get("X-duration-seconds")).matches("[0-9]+\\.[0-9]{6}");
            awaitEmpty();
        }
    }

    @Test
    void offersTheResultAgainWhenTheReceiverFailsAndGivesUpWithoutRunningTheFunctionAgain() throws Exception {
        try (Receiver receiver = new Receiver(503)) {
            queue.start(answering(200, "result"));
            post("/async-function/echo", "x", "X-Callback-Url", receiver.url());
            awaitEmpty();
            assertThat(receiver.requests).hasSize(QUICK.callbackAttempts());
            assertThat(calls).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 429, 502, 503, 504})
    void triesAgainUntilThereIsAResult(int failing) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        queue.start((function, method, path, query, headers, body) -> {
            int status = attempts.incrementAndGet() < 3 ? failing : 200;
            if (status == 0) {
                throw new IOException("connection refused");
            }
            return result(status, "");
        });
        post("/async-function/echo", "x");
        awaitEmpty();
        assertThat(attempts).hasValue(3);
        assertThat(counters.retried).hasValue(2);
        assertThat(counters.completed).hasValue(1);
        assertThat(counters.dropped).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 404, 500, 501})
    void takesOtherStatusesAsResults(int status) throws Exception {
        queue.start(answering(status, ""));
        post("/async-function/echo", "x");
        awaitEmpty();
        assertThat(calls).hasSize(1);
        assertThat(counters.retried).hasValue(0);
    }

    @Test
    void givesUpAfterTheLastAttemptAndTellsTheCallback() throws Exception {
        try (Receiver receiver = new Receiver(200)) {
            queue.start(answering(503, "busy"));
            post("/async-function/echo", "x", "X-Callback-Url", receiver.url());
            assertThat(receiver.next().headers()).containsEntry("X-function-status", "503");
            awaitEmpty();
            assertThat(calls).hasSize(QUICK.maxAttempts());
            assertThat(counters.dropped).hasValue(1);
        }
    }

    @Test
    void aCallThatIsGivenUpIsADeadLetterOverARestartAndRunsAgainWhenItIsRetried() throws Exception {
        byte[] large = new byte[100_000];
        queue.start(answering(503, "busy"));
        send("POST", "/async-function/echo/a?b=c", large, "X-Call-Id", "c-large");
        send("POST", "/async-function/echo", new byte[3], "X-Call-Id", "c-small");
        awaitEmpty();
        assertThat(queue.size()).isZero();
        close();
        open();

        assertThat(queue.dead(DeadLetter.Selection.ALL))
                .extracting(DeadLetter::callId, DeadLetter::attempts, DeadLetter::status, DeadLetter::bytes)
                .containsExactlyInAnyOrder(tuple("c-large", 3, 503, 100_000L), tuple("c-small", 3, 503, 3L));
        assertThat(queue.dead(new DeadLetter.Selection("other", null))).isEmpty();
        assertThat(queue.dead(new DeadLetter.Selection(null, "nobody"))).isEmpty();
        assertThat(queue.deadCounts()).containsExactly(Map.entry(new FunctionKey("openfaas-fn", "echo"), 2));

        calls.clear();
        queue.start(answering(200, ""));
        assertThat(queue.retry(new DeadLetter.Selection(null, "c-large"))).isEqualTo(1);
        Call again = next();
        assertThat(again.body()).isEqualTo(large);
        assertThat(again.path()).isEqualTo("/a");
        assertThat(again.query()).isEqualTo("b=c");
        awaitEmpty();
        assertThat(queue.drop(new DeadLetter.Selection("openfaas-fn", "echo"))).isEqualTo(1);
        assertThat(queue.dead(DeadLetter.Selection.ALL)).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(queue.size()).isZero();
    }

    @Test
    void aStartCountsAnewWhatTheGatewayBeforeItFinishedMeanwhile() throws Exception {
        post("/async-function/echo", "one");
        post("/async-function/echo", "two");
        close();
        open();
        assertThat(queue.size()).isEqualTo(2);
        database.<Integer>write(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("DELETE FROM queue_call");
            }
        });
        queue.start(answering(200, ""));
        assertThat(queue.size()).isZero();
    }

    @Test
    void keepsNoMoreDeadLettersThanAllowedTheNewest() throws Exception {
        close();
        open(new QueueConfig(
                1 << 20,
                5000,
                1,
                1,
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                3,
                Duration.ofSeconds(5),
                2,
                Duration.ofDays(1)));
        queue.start(answering(503, ""));
        for (int i = 1; i <= 4; i++) {
            send("POST", "/async-function/echo", new byte[50_000], "X-Call-Id", "c" + i);
        }
        awaitEmpty();
        assertThat(queue.dead(DeadLetter.Selection.ALL))
                .extracting(DeadLetter::callId)
                .containsExactly("c3", "c4");
        assertThat(files()).hasSize(2);
    }

    @Test
    void theFunctionsAnnotationsDecideHowOftenAndAfterWhatItIsTriedAgain() throws Exception {
        annotations.put("com.openfaas.retry.attempts", "5");
        annotations.put("com.openfaas.retry.codes", "500, 418");
        annotations.put("com.openfaas.retry.min_wait", "1ms");
        annotations.put("com.openfaas.retry.max_wait", "5ms");
        queue.start(answering(418, ""));
        post("/async-function/echo", "x");
        awaitEmpty();
        assertThat(calls).hasSize(5);
        assertThat(queue.dead(DeadLetter.Selection.ALL))
                .extracting(DeadLetter::attempts)
                .containsExactly(5);
        close();
        open();
        calls.clear();
        queue.start(answering(503, "")); // not among the codes: a result
        post("/async-function/echo", "x");
        awaitEmpty();
        assertThat(calls).hasSize(1);
    }

    @Test
    void aRefusalOfTheGatewaysOwnIsTriedAgainWhateverTheCodesAre() throws Exception {
        annotations.put("com.openfaas.retry.codes", "418");
        queue.start((function, method, path, query, headers, body) ->
                new InvocationResult(502, null, null, new ByteArrayInputStream(new byte[0]), true));
        post("/async-function/echo", "x");
        awaitEmpty();
        assertThat(counters.retried).hasValue(2);
        assertThat(counters.dropped).hasValue(1);
    }

    @Test
    void runsNoMoreAtATimeThanTheAnnotationAllows() throws Exception {
        annotations.put(AsyncQueue.MAX_IN_FLIGHT, "2");
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore proceed = new Semaphore(0);
        CountDownLatch two = new CountDownLatch(2);
        queue.start((function, method, path, query, headers, body) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            two.countDown();
            proceed.acquire();
            running.decrementAndGet();
            return result(200, "");
        });
        for (int i = 0; i < 10; i++) {
            post("/async-function/echo", "x");
        }
        assertThat(two.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.waiting()).isEqualTo(8);
        proceed.release(10);
        awaitEmpty();
        assertThat(most).hasValue(2);
    }

    @Test
    void whatWasAcceptedBeforeTheWorkerStartedOrInAnEarlierLifeRunsOnce() throws Exception {
        post("/async-function/echo", "one");
        close();
        open();
        post("/async-function/echo", "two");
        queue.start(answering(200, ""));
        post("/async-function/echo", "three");
        awaitEmpty();
        assertThat(calls)
                .extracting(call -> new String(call.body(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrder("one", "two", "three");
    }

    @Test
    void aCallThatRunsWhenTheGatewayStopsRunsAgain() throws Exception {
        close();
        open(new QueueConfig(
                1 << 20, 5000, 4, 3, Duration.ofMillis(10), Duration.ofMillis(50), 3, Duration.ofMillis(50)));
        CountDownLatch running = new CountDownLatch(1);
        queue.start((function, method, path, query, headers, body) -> {
            running.countDown();
            Thread.sleep(Duration.ofHours(1));
            return result(200, "");
        });
        post("/async-function/echo", "long");
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
        close();
        open();
        queue.start(answering(200, ""));
        awaitEmpty();
        assertThat(calls).hasSize(1);
    }

    @Test
    void aFullQueueRefusesFurtherCallsUntilSomeHaveRun() throws Exception {
        close();
        open(new QueueConfig(1 << 20, 2, 4, 3, Duration.ofMillis(10), Duration.ofMillis(50), 3, Duration.ofSeconds(5)));
        post("/async-function/echo", "one");
        close();
        open(new QueueConfig(1 << 20, 2, 4, 3, Duration.ofMillis(10), Duration.ofMillis(50), 3, Duration.ofSeconds(5)));
        assertThat(post("/async-function/echo", "two").statusCode()).isEqualTo(202);
        HttpResponse<String> refused = post("/async-function/echo", "three");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        queue.start(answering(200, ""));
        awaitEmpty();
        int status = 503;
        for (int i = 0; i < 1000 && status == 503; i++) { // the place is free a moment after the row is gone
            status = post("/async-function/echo", "four").statusCode();
        }
        assertThat(status).isEqualTo(202);
    }

    @Test
    void largeBodiesTravelAsFilesThatGoWithTheCall() throws Exception {
        byte[] large = new byte[700_000];
        new java.util.Random(1).nextBytes(large);
        send("POST", "/async-function/echo", large);
        assertThat(files()).hasSize(1);
        Path left = Files.writeString(folder.resolve("calls/left-by-a-crash"), "x");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(120)));
        close();
        open();
        assertThat(files()).hasSize(1);
        queue.start(answering(200, ""));
        assertThat(next().body()).isEqualTo(large);
        awaitEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void aThousandCallsFromManyClientsAllRunOnce() throws Exception {
        queue.start(answering(200, ""));
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            answers.add(http.sendAsync(
                    request("POST", "/async-function/echo", ("n" + i).getBytes(StandardCharsets.UTF_8)),
                    HttpResponse.BodyHandlers.ofString()));
        }
        for (var answer : answers) {
            assertThat(answer.get().statusCode()).isEqualTo(202);
        }
        awaitEmpty();
        assertThat(calls.stream()
                        .map(call -> new String(call.body(), StandardCharsets.UTF_8))
                        .distinct())
                .hasSize(1000);
        assertThat(calls).hasSize(1000);
    }

    private FunctionInvoker answering(int status, String text) {
        return (function, method, path, query, headers, body) -> {
            byte[] content = switch (body) {
                case CallBody.Bytes bytes -> bytes.content();
                case CallBody.Stored stored -> Files.readAllBytes(stored.file());
            };
            calls.add(new Call(function, method, path, query, headers, content));
            return result(status, text);
        };
    }

    private static InvocationResult result(int status, String text) {
        return new InvocationResult(
                status, "text/plain", null, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Call next() throws InterruptedException {
        Call call = calls.poll(30, TimeUnit.SECONDS);
        assertThat(call).as("a call of the function").isNotNull();
        return call;
    }

    /** Waits until no call is left in the table. */
    private void awaitEmpty() throws InterruptedException {
        for (int i = 0; i < 3000; i++) {
            if (database.<Integer>read(c -> StateCount.of(c)) == 0 && queue.size() == 0) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("calls are left in the queue");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("calls"))) {
            return files.toList();
        }
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    private HttpResponse<String> send(String method, String path, byte[] body, String... headers) throws Exception {
        return http.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.uri(path)).method(method, BodyPublishers.ofByteArray(body));
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    /** Rows of the queue. */
    private static final class StateCount {
        static int of(java.sql.Connection connection) throws java.sql.SQLException {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT count(*) FROM queue_call")) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    private static final class Counters implements QueueMetrics {
        final AtomicInteger queued = new AtomicInteger();
        final AtomicInteger completed = new AtomicInteger();
        final AtomicInteger retried = new AtomicInteger();
        final AtomicInteger dropped = new AtomicInteger();

        @Override
        public void queued(FunctionKey function) {
            queued.incrementAndGet();
        }

        @Override
        public void completed(FunctionKey function, int status, double seconds) {
            completed.incrementAndGet();
        }

        @Override
        public void retried(FunctionKey function) {
            retried.incrementAndGet();
        }

        @Override
        public void dropped(FunctionKey function) {
            dropped.incrementAndGet();
        }
    }

    /** Takes callbacks, always with the same status. */
    private static final class Receiver implements AutoCloseable {
        final BlockingQueue<Call> requests = new LinkedBlockingQueue<>();
        private final HttpServer server;

        Receiver(int status) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
            server.createContext("/", exchange -> {
                Map<String, String> headers = new TreeMap<>();
                exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
                byte[] body = exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
                requests.add(new Call(
                        new FunctionKey("", ""),
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        "",
                        headers,
                        body));
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/result";
        }

        Call next() throws InterruptedException {
            Call call = requests.poll(30, TimeUnit.SECONDS);
            assertThat(call).as("a callback").isNotNull();
            return call;
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    /** A function that exists; the queue asks no more of it than its annotations. */
    record Deployed(FunctionKey key, Map<String, String> annotations) implements LiveFunction {
        @Override
        public FunctionDeployment deployment() {
            return new FunctionDeployment(
                    key.name(),
                    key.name(),
                    key.namespace(),
                    null,
                    Map.of(),
                    List.of(),
                    List.of(),
                    Map.of(),
                    annotations,
                    null,
                    null,
                    false);
        }

        @Override
        public List<Endpoint> endpoints() {
            return List.of();
        }

        @Override
        public FunctionLoad load() {
            return new FunctionLoad();
        }

        @Override
        public CompletionStage<Void> activate() {
            return CompletableFuture.completedStage(null);
        }
    }
}
