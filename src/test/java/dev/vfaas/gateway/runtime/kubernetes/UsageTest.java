package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.openfaas.FunctionStatus;
import org.junit.jupiter.api.Test;

/** Answers of metrics.k8s.io/v1beta1, in the form metrics-server gives them. */
class UsageTest {
    private static final String TWO_PODS = """
            {"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"selfLink":
             "/apis/metrics.k8s.io/v1beta1/namespaces/openfaas-fn/pods"},"items":[
             {"metadata":{"name":"hello-6c4f","namespace":"openfaas-fn","creationTimestamp":"2026-11-23T12:00:10Z",
              "labels":{"faas_function":"hello"}},"timestamp":"2026-11-23T12:00:02Z","window":"15.028s",
              "containers":[{"name":"hello","usage":{"cpu":"1250000n","memory":"9216Ki"}}]},
             {"metadata":{"name":"hello-6c5a","namespace":"openfaas-fn","creationTimestamp":"2026-11-23T12:00:10Z"},
              "timestamp":"2026-11-23T12:00:04Z","window":"14.5s",
              "containers":[{"name":"hello","usage":{"cpu":"248750u","memory":"10Mi"}}]}]}""";

    @Test
    void the_use_of_all_pods_is_added() throws Exception {
        FunctionStatus.Usage usage = Usage.sum(new ObjectMapper().readTree(TWO_PODS));
        assertThat(usage).isNotNull();
        assertThat(usage.cpu()).isEqualTo(250, within(1e-9));
        assertThat(usage.totalMemoryBytes()).isEqualTo(9216 * 1024.0 + 10 * 1024 * 1024);
    }

    @Test
    void before_the_first_measurement_nothing_is_known() throws Exception {
        assertThat(Usage.sum(new ObjectMapper().readTree("{\"kind\":\"PodMetricsList\",\"items\":[]}")))
                .isNull();
    }
}
