package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls whose replica is not there yet, refuses, falls silent or dies. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplicaChoiceTest {
    private RunningGateway gateway = new RunningGateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    private void restart(Duration activation, Duration upstream) {
        gateway.close();
        gateway = new RunningGateway(config -> config.withTimeouts(activation, upstream));
    }

    private CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.post(path, body);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static int refusingPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aCallWaitsForTheFirstReplica() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo()) {
            StaticRuntime.Function function = gateway.runtime.serve("cold");
            CompletableFuture<HttpResponse<String>> answer = postLater("/function/cold", "kept body");
            RunningGateway.await(() -> function.activations.get() == 1);
            assertThat(function.load.inFlight()).isEqualTo(1);
            assertThat(answer).isNotDone();
            function.endpoints.add(new StaticRuntime.Replica(replica.port()));
            function.activation.complete(null);
            assertThat(answer.get().body()).endsWith("kept body");
        }
    }

    @Test
    void aHeldCallsBodyIsNotRead() throws Exception {
        StaticRuntime.Function function = gateway.runtime.serve("cold");
        try (RawConnection client = gateway.connect();
                ScriptedReplica replica = ScriptedReplica.echo()) {
            client.send("POST /function/cold HTTP/1.1|Host: h|Expect: 100-continue|Content-Length: 4||");
            RunningGateway.await(() -> function.activations.get() == 1);
            client.socket.setSoTimeout(300);
            assertThat(catchThrowable(client::head)).isInstanceOf(SocketTimeoutException.class);
            client.socket.setSoTimeout(10_000);
            function.endpoints.add(new StaticRuntime.Replica(replica.port()));
            function.activation.complete(null);
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            client.send("body");
            assertThat(client.body(client.head())).endsWith("body");
        }
    }

    @Test
    void aCallWaitsNoLongerThanTheDeadline() throws Exception {
        restart(Duration.ofMillis(200), Duration.ofSeconds(30));
        StaticRuntime.Function function = gateway.runtime.serve("cold");
        HttpResponse<String> answer = gateway.get("/function/cold");
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).startsWith("No endpoints available for: cold.");
        assertThat(answer.headers().firstValue("X-OpenFaaS-Internal")).hasValue("proxy");
        assertThat(answer.headers().firstValue("X-Call-Id")).isPresent();
        RunningGateway.await(() -> function.load.inFlight() == 0);
    }

    @Test
    void aHeldCallEndsWithItsClient() throws Exception {
        StaticRuntime.Function function = gateway.runtime.serve("cold");
        try (RawConnection client = gateway.connect()) {
            client.send("GET /function/cold HTTP/1.1|Host: h||");
            RunningGateway.await(() -> function.load.inFlight() == 1);
        }
        RunningGateway.await(() -> function.load.inFlight() == 0);
    }

    @Test
    void aHeldCallWhoseBodyWaitsEndsWithItsClient() throws Exception {
        StaticRuntime.Function function = gateway.runtime.serve("cold");
        try (RawConnection client = gateway.connect()) {
            client.send("POST /function/cold HTTP/1.1|Host: h|Content-Length: 1000000||");
            client.send("x".repeat(100_000));
            RunningGateway.await(() -> function.load.inFlight() == 1);
        }
        RunningGateway.await(() -> function.load.inFlight() == 0);
    }

    @Test
    void aReplicaThatCannotStartIsToldAtOnce() throws Exception {
        StaticRuntime.Function function = gateway.runtime.serve("broken");
        function.activation.completeExceptionally(
                new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, "python3 is not installed"));
        HttpResponse<String> answer = gateway.get("/function/broken");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).startsWith("Can't reach service for: broken.").contains("python3 is not installed");
    }

    @Test
    void aRefusedConnectionLeadsToAnotherReplica() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo()) {
            StaticRuntime.Function function = gateway.runtime.serve("fn", refusingPort(), replica.port());
            StaticRuntime.Replica gone = (StaticRuntime.Replica) function.endpoints.get(0);
            StaticRuntime.Replica good = (StaticRuntime.Replica) function.endpoints.get(1);
            good.inFlight.set(1); // so that the other is asked first
            assertThat(gateway.post("/function/fn", "body").body()).endsWith("body");
            assertThat(gone.unreachable).hasValue(1);
            assertThat(gone.released).hasValue(1);
        }
    }

    @Test
    void aCallOutlastsReplicasThatAreGone() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo()) {
            StaticRuntime.Function function = gateway.runtime.serve("fn", refusingPort());
            StaticRuntime.Replica gone = (StaticRuntime.Replica) function.endpoints.getFirst();
            CompletableFuture<HttpResponse<String>> answer = postLater("/function/fn", "body");
            RunningGateway.await(() -> gone.unreachable.get() > 0);
            function.endpoints.clear();
            function.endpoints.add(new StaticRuntime.Replica(replica.port()));
            function.activation.complete(null);
            assertThat(answer.get().body()).endsWith("body");
        }
    }

    @Test
    void aSilentReplicaIsGivenUp() throws Exception {
        restart(Duration.ofSeconds(30), Duration.ofMillis(200));
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> connection.rest())) {
            StaticRuntime.Function function = gateway.runtime.serve("slow", replica.port());
            HttpResponse<String> answer = gateway.post("/function/slow", "x");
            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).isEqualTo("Timed out: slow did not answer within 200 ms");
            StaticRuntime.Replica endpoint = (StaticRuntime.Replica) function.endpoints.getFirst();
            assertThat(endpoint.released).hasValue(1);
        }
    }

    @Test
    void anAnswerThatHasBegunMayTakeLong() throws Exception {
        restart(Duration.ofSeconds(30), Duration.ofMillis(200));
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
            connection.head();
            connection.send("HTTP/1.1 200 OK|Content-Length: 2||a");
            Thread.sleep(600);
            connection.send("b");
        })) {
            gateway.runtime.serve("slow", replica.port());
            assertThat(gateway.get("/function/slow").body()).isEqualTo("ab");
        }
    }

    @Test
    void aReplicaThatHangsUpIsABadGateway() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> connection.head())) {
            StaticRuntime.Function function = gateway.runtime.serve("fn", replica.port());
            HttpResponse<String> answer = gateway.post("/function/fn", "x");
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body()).startsWith("Can't reach service for: fn.");
            assertThat(replica.connections).hasValue(1);
            StaticRuntime.Replica endpoint = (StaticRuntime.Replica) function.endpoints.getFirst();
            assertThat(endpoint.released).hasValue(1);
        }
    }

    @Test
    void whatIsNotHttpIsABadGateway() throws Exception {
        try (ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
            connection.head();
            connection.send("SSH-2.0-something||");
            connection.rest();
        })) {
            gateway.runtime.serve("fn", replica.port());
            assertThat(gateway.get("/function/fn").statusCode()).isEqualTo(502);
        }
    }

    /** A replica that answers once on each connection, then hangs up when it is asked again. */
    private static ScriptedReplica forgetful(AtomicInteger requests) throws Exception {
        return new ScriptedReplica((connection, number) -> {
            connection.body(connection.head());
            requests.incrementAndGet();
            ScriptedReplica.answer(connection, "answer " + number);
            connection.head();
            requests.incrementAndGet();
        });
    }

    @Test
    void aKeptConnectionThatDiedIsReplacedForCallsThatMayBeRepeated() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedReplica replica = forgetful(requests);
                RawConnection client = gateway.connect()) {
            gateway.runtime.serve("fn", replica.port());
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            assertThat(client.body(client.head())).isEqualTo("answer 1");
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            assertThat(client.body(client.head())).isEqualTo("answer 2");
            assertThat(requests).hasValue(3);
        }
    }

    @Test
    void aCallThatMayNotBeRepeatedIsNot() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedReplica replica = forgetful(requests);
                RawConnection client = gateway.connect()) {
            gateway.runtime.serve("fn", replica.port());
            client.send("GET /function/fn HTTP/1.1|Host: h||");
            client.body(client.head());
            client.send("POST /function/fn HTTP/1.1|Host: h|Content-Length: 1||x");
            assertThat(client.head()).startsWith("HTTP/1.1 502");
            assertThat(requests).hasValue(2);
        }
    }

    /** A replica that reads a request to its end and hangs up without a word, as one that is killed does. */
    private static ScriptedReplica dying(AtomicInteger requests) throws Exception {
        return new ScriptedReplica((connection, number) -> {
            connection.body(connection.head());
            requests.incrementAndGet();
        });
    }

    private StaticRuntime.Function serveDyingFirst(ScriptedReplica dying, ScriptedReplica good) {
        StaticRuntime.Function function = gateway.runtime.serve("fn", dying.port(), good.port());
        ((StaticRuntime.Replica) function.endpoints.get(1)).inFlight.set(1); // so that the other is asked first
        return function;
    }

    @Test
    void anIdempotentCallOfAReplicaThatDiesGoesToAnotherWithItsBody() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedReplica dying = dying(requests);
                ScriptedReplica good = ScriptedReplica.echo();
                RawConnection client = gateway.connect()) {
            StaticRuntime.Function function = serveDyingFirst(dying, good);
            client.send("GET /function/fn/a HTTP/1.1|Host: h||");
            assertThat(client.body(client.head())).startsWith("GET /a HTTP/1.1");
            String body = "x".repeat(60_000);
            client.send("PUT /function/fn/b HTTP/1.1|Host: h|Content-Length: 60000||");
            client.send(body);
            assertThat(client.body(client.head())).startsWith("PUT /b HTTP/1.1").endsWith(body);
            assertThat(requests).hasValue(2);
            assertThat(((StaticRuntime.Replica) function.endpoints.getFirst()).released)
                    .hasValue(2);
            assertThat(gateway.get("/metrics").body())
                    .contains("vfaas_function_repeated_total{function_name=\"fn.openfaas-fn\"} 2");
        }
    }

    @Test
    void aBodyTooLongToBeKeptIsNotSentAgain() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedReplica dying = dying(requests);
                ScriptedReplica good = ScriptedReplica.echo();
                RawConnection client = gateway.connect()) {
            serveDyingFirst(dying, good);
            client.send("PUT /function/fn HTTP/1.1|Host: h|Content-Length: 70000||");
            client.send("x".repeat(70_000));
            assertThat(client.head()).startsWith("HTTP/1.1 502");
            assertThat(requests).hasValue(1);
        }
    }

    @Test
    void aPostIsRepeatedOnlyWhenTheFunctionSaysThatItMayBe() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedReplica dying = dying(requests);
                ScriptedReplica good = ScriptedReplica.echo()) {
            StaticRuntime.Function function = serveDyingFirst(dying, good);
            assertThat(gateway.post("/function/fn", "body").statusCode()).isEqualTo(502);
            assertThat(requests).hasValue(1);
            function.deployment = StaticRuntime.annotated("fn", Map.of("dev.vfaas.idempotent", "true"));
            assertThat(gateway.post("/function/fn", "body").body()).endsWith("body");
            assertThat(requests).hasValue(2);
        }
    }

    @Test
    void aCallThatKillsWhoeverTakesItIsGivenUp() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedReplica dying = dying(requests)) {
            StaticRuntime.Function function = gateway.runtime.serve("fn", dying.port());
            assertThat(gateway.get("/function/fn").statusCode()).isEqualTo(502);
            assertThat(requests).hasValue(3);
            assertThat(((StaticRuntime.Replica) function.endpoints.getFirst()).released)
                    .hasValue(3);
        }
    }
}
