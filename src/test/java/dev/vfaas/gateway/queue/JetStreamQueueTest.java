package dev.vfaas.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.nats.JetStreamCalls;
import dev.vfaas.support.NatsServer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue that gateways share, with a real nats-server. */
class JetStreamQueueTest {
    private static final QueueConfig QUICK = new QueueConfig(
            4 << 20, 50_000, 8, 2, Duration.ofMillis(10), Duration.ofMillis(50), 1, Duration.ofSeconds(5));

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private NatsServer server;

    /** A gateway's queue and what answers for it. */
    private final class Node implements AutoCloseable {
        final String name;
        final AsyncQueue queue;
        final TestServer front;
        final AtomicInteger ran = new AtomicInteger();
        volatile boolean deployed = true;
        private JetStreamCalls store;

        Node(String name) throws java.io.IOException {
            this(name, QUICK);
        }

        Node(String name, QueueConfig config) throws java.io.IOException {
            this.name = name;
            Path own = folder.resolve(name);
            this.queue = AsyncQueue.open(
                    (settings, limit, exists) -> {
                        store = JetStreamCalls.open(server.url(), own, settings, limit, exists, new Log(System.err));
                        return store;
                    },
                    own,
                    key -> deployed ? new AsyncQueueTest.Deployed(key, Map.of()) : null,
                    config,
                    QueueMetrics.NONE,
                    "test",
                    new Log(System.err));
            this.front = new TestServer(queue.handler(), null);
        }

        void start(int status) {
            queue.start((function, method, path, query, headers, body) -> {
                byte[] content = switch (body) {
                    case CallBody.Bytes bytes -> bytes.content();
                    case CallBody.Stored stored -> Files.readAllBytes(stored.file());
                };
                runs.computeIfAbsent(
                                headers.get("X-Call-Id") + ":" + Arrays.hashCode(content), key -> new AtomicInteger())
                        .incrementAndGet();
                ran.incrementAndGet();
                return new InvocationResult(status, null, null, new ByteArrayInputStream(new byte[0]));
            });
        }

        int post(String id, byte[] body) {
            try {
                return http.send(
                                HttpRequest.newBuilder(front.uri("/async-function/echo"))
                                        .header("X-Call-Id", id)
                                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode();
            } catch (java.io.IOException | InterruptedException e) {
                return 0;
            }
        }

        @Override
        public void close() {
            front.close();
            queue.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = new NatsServer(folder.resolve("nats"));
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1200; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError(what + " did not happen within a minute");
    }

    @Test
    void gatewaysShareTheCallsAndBodiesOfAnySizeArrive() throws Exception {
        byte[] large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        byte[] medium = Arrays.copyOf(large, 100_000);
        try (Node one = new Node("one");
                Node two = new Node("two")) {
            one.start(200);
            two.start(200);
            assertThat(one.post("large", large)).isEqualTo(202);
            assertThat(one.post("medium", medium)).isEqualTo(202);
            for (int i = 0; i < 300; i++) {
                assertThat(one.post("c" + i, new byte[] {1})).isEqualTo(202);
            }
            await("all calls", () -> runs.size() == 302);
            assertThat(runs).containsKeys("large:" + Arrays.hashCode(large), "medium:" + Arrays.hashCode(medium));
            assertThat(runs.values()).allMatch(count -> count.get() == 1);
            AtomicInteger more = new AtomicInteger(); // the other begins when it has found the function's calls
            await(
                    "work for both",
                    () -> one.post("more" + more.incrementAndGet(), new byte[1]) == 202
                            && one.ran.get() > 0
                            && two.ran.get() > 0);
            await("an empty queue", () -> one.queue.size() == 0);
            try (Stream<Path> left =
                    Stream.concat(Files.list(folder.resolve("one")), Files.list(folder.resolve("two")))) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void deadLettersAreSeenByEveryGatewayAndRunAgain() throws Exception {
        byte[] large = new byte[600_000];
        try (Node one = new Node("one");
                Node two = new Node("two")) {
            one.start(503);
            one.post("big", large);
            one.post("small", new byte[3]);
            await(
                    "two dead letters",
                    () -> two.queue.dead(DeadLetter.Selection.ALL).size() == 2);
            assertThat(two.queue.dead(new DeadLetter.Selection("openfaas-fn", null)))
                    .extracting(DeadLetter::callId, DeadLetter::attempts, DeadLetter::status, DeadLetter::bytes)
                    .containsExactlyInAnyOrder(tuple("big", 2, 503, 600_000L), tuple("small", 2, 503, 3L));
            assertThat(two.queue.deadCounts().values()).containsExactly(2);
            assertThat(two.queue.drop(new DeadLetter.Selection(null, "small"))).isEqualTo(1);
            one.close();
            runs.clear();
            two.start(200);
            assertThat(two.queue.retry(DeadLetter.Selection.ALL)).isEqualTo(1);
            await("the call", () -> runs.containsKey("big:" + Arrays.hashCode(large)));
            assertThat(two.queue.dead(DeadLetter.Selection.ALL)).isEmpty();
        }
    }

    @Test
    void deadLettersTakeNoMoreThanTheyAreGiven() throws Exception {
        try (Node one = new Node("one")) {
            one.start(503);
            one.post("old", new byte[600_000]);
            await(
                    "the dead letter",
                    () -> one.queue.dead(DeadLetter.Selection.ALL).size() == 1);
            one.post("new", new byte[600_000]);
            await("both", () -> one.queue.dead(DeadLetter.Selection.ALL).size() == 2);
        }
        try (Node two = new Node("two", QUICK.with(new QueueConfig.Room(1L << 30, 1_000_000, 0, 0)))) {
            two.start(200);
            await("one less", () -> two.queue.dead(DeadLetter.Selection.ALL).size() == 1);
            assertThat(two.queue.dead(DeadLetter.Selection.ALL))
                    .extracting(DeadLetter::callId)
                    .containsExactly("new");
        }
    }

    @Test
    void nothingIsLostWhenTheServerIsKilledAndAGatewayGoes() throws Exception {
        int accepted = 0;
        Node one = new Node("one");
        try (Node two = new Node("two")) {
            one.start(200);
            two.start(200);
            for (int i = 0; i < 600; i++) {
                if (i == 200) {
                    server.kill();
                    assertThat(two.post("refused", new byte[1])).isEqualTo(503);
                    server.start();
                }
                if (i == 400) {
                    one.close();
                }
                String id = "c" + i;
                for (int attempt = 0; attempt < 200 && two.post(id, new byte[] {1}) != 202; attempt++) {
                    Thread.sleep(50);
                }
                accepted++;
            }
            int all = accepted;
            await(
                    "all calls",
                    () -> runs.keySet().stream()
                                    .filter(id -> id.startsWith("c"))
                                    .count()
                            == all);
            long duplicates =
                    runs.values().stream().mapToInt(AtomicInteger::get).sum() - runs.size();
            System.err.println(all + " calls, none lost, " + duplicates + " run again");
            assertThat(duplicates).isLessThan(100);
        }
    }

    @Test
    void callsOfARemovedFunctionAreTakenUntilNoneIsLeft() throws Exception {
        byte[] body = new byte[1];
        try (Node one = new Node("one")) {
            one.start(200);
            assertThat(one.post("before", body)).isEqualTo(202);
            await("the call", () -> runs.containsKey("before:" + Arrays.hashCode(body)));
            assertThat(one.store.taking()).hasSize(1);
            one.deployed = false;
            await("the end of it", () -> one.store.taking().isEmpty());

            one.deployed = true;
            assertThat(one.post("after", body)).isEqualTo(202);
            await("the other call", () -> runs.containsKey("after:" + Arrays.hashCode(body)));
            await("an empty queue", () -> one.queue.size() == 0);
        }
        try (Node two = new Node("two")) { // its function is gone when it starts, a call of it is not
            assertThat(two.post("left", body)).isEqualTo(202);
            two.deployed = false;
            two.start(200);
            await(
                    "a dead letter",
                    () -> two.queue.dead(DeadLetter.Selection.ALL).size() == 1);
            await("the end of it", () -> two.store.taking().isEmpty());
        }
    }

    @Test
    void aServerThatIsNotThereYetIsNamedAndWaitedFor() throws Exception {
        server.kill();
        try (Node one = new Node("one")) {
            one.start(200);
            assertThatThrownBy(one.queue::check)
                    .hasMessageContaining("cannot connect to the queue " + server.url())
                    .hasMessageContaining("is nats-server running there?");
            assertThat(one.post("early", new byte[1])).isEqualTo(503);
            server.start();
            await("a call that is taken", () -> one.post("later", new byte[1]) == 202);
            await("the call", () -> runs.containsKey("later:" + Arrays.hashCode(new byte[1])));
            one.queue.check();
        }
    }
}
