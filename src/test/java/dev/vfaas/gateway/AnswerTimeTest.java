package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.AnswerTime;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A function that means to take longer than others gets the time it asks for. */
class AnswerTimeTest {
    @ParameterizedTest
    @CsvSource({
        "5m, 30s, 302000",
        "30s, 90, 92000",
        ", 1.5s, 3500",
        "0, 0, 0",
        ", , 0",
        "soon, 1s, 3000",
        "400h, , 86402000",
    })
    void isTheLongestThatItsEnvironmentNames(String exec, String write, long millis) {
        Map<String, String> environment = new java.util.HashMap<>();
        environment.put("exec_timeout", exec);
        environment.put("write_timeout", write);
        assertThat(AnswerTime.nanos(environment))
                .isEqualTo(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void isGivenToTheFunctionThatAsksAndToNoOther() throws Exception {
        Duration others = Duration.ofMillis(100);
        CountDownLatch over = new CountDownLatch(1);
        try (RunningGateway gateway =
                        new RunningGateway(config -> config.withTimeouts(Duration.ofSeconds(10), others));
                ScriptedReplica replica = new ScriptedReplica((connection, number) -> {
                    connection.head();
                    over.await();
                    ScriptedReplica.answer(connection, "at last");
                })) {
            gateway.runtime.serve("long", replica.port()).deployment =
                    StaticRuntime.with("long", Map.of("exec_timeout", "1h"));
            gateway.runtime.serve("longer", replica.port()).deployment =
                    StaticRuntime.with("longer", Map.of("exec_timeout", "1ms"));
            gateway.runtime.serve("usual", replica.port());
            CompletableFuture<HttpResponse<String>> kept = gateway.client()
                    .sendAsync(
                            HttpRequest.newBuilder(gateway.uri("/function/long"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            RunningGateway.await(() -> replica.connections.get() == 1);

            assertThat(gateway.get("/function/usual").body())
                    .isEqualTo("Timed out: usual did not answer within 100 ms");
            HttpResponse<String> cut = gateway.get("/function/longer");
            assertThat(cut.statusCode()).isEqualTo(504);
            assertThat(cut.body()).isEqualTo("Timed out: longer did not answer within 2001 ms");

            over.countDown();
            assertThat(kept.get().statusCode()).isEqualTo(200);
            assertThat(kept.get().body()).isEqualTo("at last");
        }
    }
}
