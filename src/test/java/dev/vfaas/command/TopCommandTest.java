package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.FunctionActivity;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.MetricsText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopCommandTest {
    private static final String BEFORE = """
            # TYPE gateway_function_invocation_started counter
            gateway_function_invocation_started{function_name="resize.openfaas-fn"} 100
            vfaas_function_seconds_bucket{function_name="resize.openfaas-fn",le="0.01"} 90
            vfaas_function_seconds_bucket{function_name="resize.openfaas-fn",le="0.1"} 100
            vfaas_function_seconds_bucket{function_name="resize.openfaas-fn",le="+Inf"} 100
            """;
    private static final String AFTER = """
            gateway_function_invocation_started{function_name="resize.openfaas-fn"} 300
            gateway_function_invocation_inflight{function_name="resize.openfaas-fn"} 7
            vfaas_function_seconds_bucket{function_name="resize.openfaas-fn",le="0.01"} 190
            vfaas_function_seconds_bucket{function_name="resize.openfaas-fn",le="0.1"} 300
            vfaas_function_seconds_bucket{function_name="resize.openfaas-fn",le="+Inf"} 300
            vfaas_function_cpu_millicores{function_name="resize.openfaas-fn"} 1234
            vfaas_function_memory_bytes{function_name="resize.openfaas-fn"} 104857600
            """;

    @TempDir
    Path home;

    private static FunctionStatus status(String name) {
        return new FunctionStatus(
                name, name, null, null, Map.of(), null, null, null, null, null, null, false, 0, 3, 2, null, null);
    }

    @Test
    void rateAndQuantilesAreThoseBetweenTheTwoLooks() {
        List<FunctionActivity> activities = FunctionActivity.between(
                MetricsText.parse(BEFORE),
                MetricsText.parse(AFTER),
                Duration.ofSeconds(4),
                List.of(status("resize"), status("idle")));
        // 200 calls, 100 of them within 10 ms, 100 within 100 ms
        assertThat(activities)
                .containsExactly(
                        new FunctionActivity("idle", "openfaas-fn", 3, 2, null, 0.0, null, null, null, null),
                        new FunctionActivity(
                                "resize",
                                "openfaas-fn",
                                3,
                                2,
                                7L,
                                50.0,
                                0.01,
                                0.01 + 0.09 * 98 / 100,
                                1234.0,
                                104857600L));
    }

    @Test
    void labelsMayHoldWhatFollowsThem() {
        assertThat(MetricsText.parse("a{x=\"1,y=\\\"2\\\" }\",z=\"3\"} 4\nnot a sample\nb 5 1700\n")
                        .of("a"))
                .containsExactly(new MetricsText.Sample(Map.of("x", "1,y=\"2\" }", "z", "3"), 4));
    }

    @Test
    void whereStandardOutputIsNoTerminalTheTableIsShownOnce() {
        try (FakeGateway gateway = new FakeGateway()) {
            gateway.answers("GET", "/metrics", 200, AFTER);
            gateway.answers(
                    "GET",
                    "/system/functions",
                    200,
                    "[{\"name\":\"resize\",\"image\":\"i\",\"namespace\":\"openfaas-fn\",\"replicas\":3,\"availableReplicas\":2}]");
            var shown = gateway.tool(home).run("top", "--interval", "200ms");
            assertThat(shown.out()).isEqualTo("""
                    NAME    READY  IN-FLIGHT  CALLS/S  P50  P99  CPU    MEMORY
                    resize  2/3    7          0.0      -    -    1234m  100 MiB
                    """);
            assertThat(gateway.tool(home).run("top", "-o", "json").out())
                    .contains("\"inFlight\": 7", "\"rate\": 0.0", "\"milliCpu\": 1234.0", "\"p99Seconds\": null");
            assertThat(gateway.tool(home).run("top", "--interval", "1ms").exitCode())
                    .isEqualTo(2);
        }
    }

    @Test
    void aGatewayWithoutMetricsIsNamed() {
        try (FakeGateway gateway = new FakeGateway()) {
            gateway.answers("GET", "/metrics", 404, "");
            assertThat(gateway.tool(home).run("top").err()).contains("shows no metrics at /metrics");
        }
    }
}
