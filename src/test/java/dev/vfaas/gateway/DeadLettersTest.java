package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.queue.QueueMetrics;
import dev.vfaas.gateway.store.SqliteDatabase;
import dev.vfaas.support.Tool;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters from a call nobody answered to {@code vfaas queue}, through a real gateway. */
class DeadLettersTest {
    @TempDir
    Path home;

    private SqliteDatabase database;
    private RunningGateway gateway;
    private Tool tool;

    @BeforeEach
    void start() throws Exception {
        database = SqliteDatabase.open(home.resolve("state.db"), List.of(AsyncQueue.SCHEMA));
        QueueConfig quick = new QueueConfig(
                1 << 20, 100, 4, 1, Duration.ofMillis(5), Duration.ofMillis(10), 1, Duration.ofSeconds(1));
        gateway = new RunningGateway(
                UnaryOperator.identity(),
                exchange -> exchange.respond(200, "images"),
                runtime -> AsyncQueue.open(
                        database,
                        home.resolve("calls"),
                        runtime::live,
                        quick,
                        QueueMetrics.NONE,
                        "test",
                        new Log(System.err)));
        tool = new Tool(home).with("OPENFAAS_URL", gateway.uri("").toString());
        tool.input(RunningGateway.PASSWORD.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .run("login", "--gateway", gateway.uri("").toString(), "--password-stdin");
    }

    @AfterEach
    void stop() {
        gateway.close();
        database.close();
    }

    /** A call of a function whose replica is gone, which the gateway answers with 502. */
    private void deadLetter(String callId) throws Exception {
        gateway.send(HttpRequest.newBuilder(gateway.uri("/async-function/lost/x"))
                .header("X-Call-Id", callId)
                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                .build());
    }

    private void awaitDead(int count) throws Exception {
        RunningGateway.await(
                () -> tool.run("queue", "list", "-o", "name").out().lines().count() == count);
    }

    @Test
    void areListedRetriedAndDropped() throws Exception {
        ScriptedReplica hangsUp = new ScriptedReplica((connection, number) -> connection.close());
        gateway.runtime.serve("lost", hangsUp.port());
        assertThat(tool.run("queue", "list").out().strip()).isEqualTo("0 calls in the queue, none given up");
        deadLetter("one");
        deadLetter("two");
        awaitDead(2);

        String table = tool.run("queue", "list").out();
        assertThat(table).startsWith("0 calls in the queue, 2 given up\nCALL-ID  FUNCTION ");
        assertThat(table).contains("lost.openfaas-fn").contains("status 50");
        assertThat(tool.run("queue", "list", "two", "-o", "json").out())
                .contains("\"store\": \"sqlite\"", "\"callId\": \"two\"", "\"path\": \"/x\"", "\"bodyBytes\": 5")
                .doesNotContain("\"one\"");
        assertThat(gateway.get("/metrics").body())
                .contains("vfaas_async_dead_letters{function_name=\"lost.openfaas-fn\"} 2\n")
                .contains("vfaas_async_connected 1\n");

        assertThat(tool.run("queue", "retry", "one").out()).isEqualTo("queued again: 1 call\n");
        awaitDead(2);
        assertThat(tool.run("queue", "drop", "lost", "-o", "json").out().replaceAll("\\s", ""))
                .isEqualTo("{\"count\":2}");
        assertThat(tool.run("queue", "list", "-o", "name").out()).isEmpty();
    }

    @Test
    void whatIsNotThereIsSaidWithTheNextCommand() {
        Tool.Outcome nothing = tool.run("queue", "retry", "nobody");
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err())
                .contains("no asynchronous call of \"nobody\" was given up")
                .contains("vfaas queue list");
        assertThat(tool.run("queue", "drop").exitCode()).isEqualTo(2);
        assertThat(tool.run("queue", "drop", "x", "--all").exitCode()).isEqualTo(2);
        assertThat(tool.run("queue", "drop", "--all").out()).isEqualTo("dropped 0 calls\n");
    }
}
