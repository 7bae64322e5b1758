package dev.vfaas.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.store.Schema;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asynchronous calls, which anybody may send, take no more of the disk than they are given. */
class QueueRoomTest {
    private static final long PLENTY = 1L << 30;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private SqliteDatabase database;
    private AsyncQueue queue;
    private TestServer server;

    private void open(QueueConfig.Room room) throws IOException {
        QueueConfig config = new QueueConfig(
                        1 << 20, 5000, 4, 1, Duration.ofMillis(10), Duration.ofMillis(50), 3, Duration.ofSeconds(5))
                .with(room);
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(AsyncQueue.SCHEMA));
        queue = AsyncQueue.open(
                database,
                folder.resolve("calls"),
                key -> new AsyncQueueTest.Deployed(key, Map.of()),
                config,
                QueueMetrics.NONE,
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

    private void start(int status) {
        queue.start((function, method, path, query, headers, body) ->
                new InvocationResult(status, null, null, new ByteArrayInputStream(new byte[0])));
    }

    private HttpResponse<String> post(String id, int bytes) throws Exception {
        return http.send(
                HttpRequest.newBuilder(server.uri("/async-function/echo"))
                        .header("X-Call-Id", id)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes]))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("did not happen within a minute").isLessThan(end);
            Thread.sleep(10);
        }
    }

    @Test
    void callsBeyondTheBytesTheyMayTakeAreRefusedUntilSomeHaveRun() throws Exception {
        QueueConfig.Room room = new QueueConfig.Room(100_000, PLENTY, 0, 0);
        open(room);
        assertThat(post("file", 60_000).statusCode()).isEqualTo(202);
        assertThat(post("row", 20_000).statusCode()).isEqualTo(202);
        HttpResponse<String> refused = post("more", 30_000);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("the queue is full");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        close();
        open(room);
        assertThat(post("more", 30_000).statusCode()).isEqualTo(503);
        start(200);
        await(() -> queue.size() == 0);
        assertThat(post("more", 90_000).statusCode()).isEqualTo(202);
    }

    @Test
    void theOldestDeadLettersGoThatTakeTooMuch() throws Exception {
        open(new QueueConfig.Room(PLENTY, 150_000, 0, 0));
        start(503);
        for (String id : List.of("c1", "c2", "c3", "c4")) {
            post(id, 50_000);
            await(() -> queue.dead(DeadLetter.Selection.ALL).stream()
                    .anyMatch(letter -> letter.callId().equals(id)));
        }
        assertThat(queue.dead(DeadLetter.Selection.ALL))
                .extracting(DeadLetter::callId)
                .containsExactly("c3", "c4");
        try (var files = Files.list(folder.resolve("calls"))) {
            assertThat(files).hasSize(2);
        }
        await(() -> queue.size() == 0);
        assertThat(queue.retry(DeadLetter.Selection.ALL)).isEqualTo(2);
        await(() -> queue.size() == 0 && queue.dead(DeadLetter.Selection.ALL).size() == 2);
    }

    @Test
    void aDiskThatIsNearlyFullTakesNoMoreCalls() throws Exception {
        open(new QueueConfig.Room(PLENTY, PLENTY, 1, Long.MAX_VALUE));
        HttpResponse<String> refused = post("c", 10);
        assertThat(refused.statusCode()).isEqualTo(507);
        assertThat(refused.body()).contains("the disk of the queue is full, or nearly");
        close();
        open(new QueueConfig.Room(PLENTY, PLENTY, 1, 0)); // only the lesser of the two counts
        assertThat(post("c", 10).statusCode()).isEqualTo(202);
    }

    @Test
    void callsOfAnEarlierVersionCount() throws Exception {
        Schema earlier = new Schema(
                AsyncQueue.SCHEMA.room(), AsyncQueue.SCHEMA.migrations().subList(0, 2));
        try (SqliteDatabase before = SqliteDatabase.open(folder.resolve("state.db"), List.of(earlier))) {
            before.<Integer>write(connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.executeUpdate(
                            "INSERT INTO queue_call(call_id, namespace, function, method, path,"
                                    + " headers, body) VALUES ('c', 'openfaas-fn', 'echo', 'POST', '/', '{}', zeroblob(90000))");
                }
            });
        }
        open(new QueueConfig.Room(100_000, PLENTY, 0, 0));
        assertThat(queue.size()).isEqualTo(1);
        assertThat(post("more", 20_000).statusCode()).isEqualTo(503);
        start(200);
        await(() -> queue.size() == 0);
        assertThat(post("more", 20_000).statusCode()).isEqualTo(202);
    }
}
