package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Readiness, the way a gateway stops, and the access log. */
class LeavingTest {
    private static final Duration DELAY = Duration.ofMillis(600);

    private static RunningGateway open(ScriptedReplica replica) {
        RunningGateway gateway = new RunningGateway(config -> config.withDrain(DELAY, Duration.ofSeconds(10)));
        gateway.runtime.serve("echo", replica.port());
        return gateway;
    }

    @Test
    void readyTellsTheTruthWhileHealthOnlySaysThatItLives() throws Exception {
        try (RunningGateway gateway = new RunningGateway()) {
            assertThat(gateway.get("/readyz").statusCode()).isEqualTo(200);
            gateway.health.set(() -> {
                throw new IllegalStateException("the state file is gone");
            });
            HttpResponse<String> not = gateway.get("/readyz");
            assertThat(not.statusCode()).isEqualTo(503);
            assertThat(not.body()).isEqualTo("the state file is gone");
            assertThat(gateway.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aGatewayThatStopsSaysSoFirstAndStillAnswers() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo()) {
            RunningGateway gateway = open(replica);
            try (RawConnection kept = gateway.connect()) {
                kept.send("GET /healthz HTTP/1.1|Host: h||");
                assertThat(kept.head()).doesNotContainIgnoringCase("connection: close");
                kept.body("Content-Length: 2");
                Thread closing = Thread.ofVirtual().start(gateway.gateway::close);
                RunningGateway.await(() -> status(gateway, "/readyz") == 503);
                kept.send("GET /function/echo HTTP/1.1|Host: h||");
                assertThat(kept.head()).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
                assertThat(gateway.post("/function/echo", "x").statusCode()).isEqualTo(200);
                closing.join();
            }
        }
    }

    private static int status(RunningGateway gateway, String path) {
        try {
            return gateway.get(path).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneGatewayIsReplacedByAnotherWithoutAFailedCall() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo()) {
            AtomicReference<RunningGateway> current = new AtomicReference<>(open(replica));
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger answered = new AtomicInteger();
            List<String> failed = new CopyOnWriteArrayList<>();
            CountDownLatch warm = new CountDownLatch(50);
            List<Thread> clients = IntStream.range(0, 4)
                    .mapToObj(i -> Thread.ofVirtual().start(() -> {
                        try (HttpClient client = HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .build()) {
                            while (!over.get()) {
                                URI uri = current.get().uri("/function/echo");
                                HttpRequest call = HttpRequest.newBuilder(uri) // the client repeats no POST by itself
                                        .POST(HttpRequest.BodyPublishers.ofString("hello"))
                                        .build();
                                try {
                                    int status = client.send(call, HttpResponse.BodyHandlers.ofString())
                                            .statusCode();
                                    if (status != 200) {
                                        failed.add("status " + status);
                                    }
                                    answered.incrementAndGet();
                                    warm.countDown();
                                } catch (IOException e) {
                                    failed.add(e.toString());
                                }
                                Thread.sleep(2);
                            }
                        } catch (InterruptedException e) {
                            failed.add("interrupted");
                        }
                    }))
                    .toList();
            for (int i = 0; i < 4; i++) {
                warm.await();
                RunningGateway old = current.get();
                RunningGateway fresh = open(replica);
                Thread closing = Thread.ofVirtual().start(old.gateway::close);
                RunningGateway.await(() -> status(old, "/readyz") == 503);
                current.set(fresh); // what a Service does when readiness is gone
                closing.join();
                old.close();
            }
            over.set(true);
            for (Thread client : clients) {
                client.join();
            }
            current.get().close();
            assertThat(failed).isEmpty();
            assertThat(answered.get()).isGreaterThan(100);
        }
    }

    @Test
    void theAccessLogTellsEachCallOnALineOfJsonWithItsIdAndWithoutItsQuery() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo();
                RunningGateway gateway = new RunningGateway()) {
            gateway.runtime.serve("echo", replica.port());
            gateway.send(HttpRequest.newBuilder(gateway.uri("/function/echo/a%20b?token=secret"))
                    .header("X-Call-Id", "call-\"1")
                    .build());
            gateway.api("GET", "/system/functions", "");
            gateway.get("/readyz");
            RunningGateway.await(() ->
                    gateway.accessLog.toString(StandardCharsets.UTF_8).lines().count() == 2);
            List<String> lines =
                    gateway.accessLog.toString(StandardCharsets.UTF_8).lines().toList();
            String expected = "{'time':'N-N-NTN:N:N.NZ','call':'call-~N','function':'echo.openfaas-fn"
                    + "','method':'GET','path':'/a%Nb','status':N,'seconds':N.N,'client':'N.N.N.N','replica':'replica-N'}";
            assertThat(lines.get(0).replaceAll("[0-9]+", "N"))
                    .isEqualTo(expected.replace("'", "\"").replace("~", "\\\""));
            assertThat(lines.get(1)).contains("\"path\":\"/system/functions\",\"status\":200");
            assertThat(String.join("", lines)).doesNotContain("secret", RunningGateway.PASSWORD);
        }
    }
}
