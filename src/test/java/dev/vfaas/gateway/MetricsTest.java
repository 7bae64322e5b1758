package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** /metrics and /healthz. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MetricsTest {
    private final RunningGateway gateway = new RunningGateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    private List<String> lines() throws Exception {
        var answer = gateway.get("/metrics");
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        return Arrays.asList(answer.body().split("\n"));
    }

    @Test
    void callsAppearUnderOpenFaasNames() throws Exception {
        try (ScriptedReplica good = ScriptedReplica.echo();
                ScriptedReplica bad = new ScriptedReplica((connection, number) -> connection.head())) {
            gateway.runtime.serve("good", good.port());
            gateway.runtime.serve("bad", bad.port());
            gateway.get("/function/good");
            gateway.get("/function/good");
            gateway.post("/function/bad", "x");
            gateway.get("/function/unknown");
            RunningGateway.await(() ->
                    gateway.runtime.functions.values().stream().allMatch(function -> function.load.inFlight() == 0));
            assertThat(lines())
                    .contains(
                            "# TYPE gateway_function_invocation_total counter",
                            "gateway_function_invocation_total{function_name=\"good.openfaas-fn\",code=\"200\"} 2",
                            "gateway_function_invocation_total{function_name=\"bad.openfaas-fn\",code=\"502\"} 1",
                            "# TYPE gateway_function_invocation_started counter",
                            "gateway_function_invocation_started{function_name=\"good.openfaas-fn\"} 2",
                            "# TYPE gateway_functions_seconds histogram",
                            "gateway_functions_seconds_bucket{function_name=\"good.openfaas-fn\",code=\"200\",le=\"+Inf\"} 2",
                            "gateway_functions_seconds_count{function_name=\"good.openfaas-fn\",code=\"200\"} 2",
                            "# TYPE gateway_service_count gauge",
                            "gateway_service_count{function_name=\"good.openfaas-fn\"} 1",
                            "gateway_service_min{function_name=\"good.openfaas-fn\"} 1",
                            "gateway_service_target_load{function_name=\"good.openfaas-fn\",scaling_type=\"rps\"} 50")
                    .noneMatch(line -> line.contains("unknown"));
        }
    }

    @Test
    void bucketsAddUp() throws Exception {
        try (ScriptedReplica slow = new ScriptedReplica((connection, number) -> {
            connection.head();
            Thread.sleep(30);
            ScriptedReplica.answer(connection, "x");
        })) {
            gateway.runtime.serve("slow", slow.port());
            gateway.get("/function/slow");
            String prefix = "gateway_functions_seconds_bucket{function_name=\"slow.openfaas-fn\",code=\"200\",le=";
            List<String> lines = lines();
            assertThat(lines).contains(prefix + "\"0.025\"} 0", prefix + "\"10\"} 1", prefix + "\"+Inf\"} 1");
            String sum = lines.stream()
                    .filter(line -> line.startsWith("gateway_functions_seconds_sum{function_name=\"slow"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Double.parseDouble(sum.substring(sum.lastIndexOf(' ')))).isBetween(0.03, 10.0);
        }
    }

    @Test
    void healthIsTold() throws Exception {
        var answer = gateway.get("/healthz");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("OK");
    }
}
