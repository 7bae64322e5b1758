package dev.vfaas.openfaas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a function did between two looks at a gateway's metrics. A number that the gateway does not tell, or that has no meaning without calls, is null.
 *
 * @param rate calls a second
 * @param p50 seconds within which half of the calls were answered
 * @param p99 seconds within which 99 of 100 were
 * @param milliCpu thousandths of a CPU
 */
public record FunctionActivity(
        @JsonProperty("name") String name,
        @JsonProperty("namespace") String namespace,
        @JsonProperty("replicas") long replicas,
        @JsonProperty("availableReplicas") long availableReplicas,
        @JsonProperty("inFlight") @Nullable Long inFlight,
        @JsonProperty("rate") @Nullable Double rate,
        @JsonProperty("p50Seconds") @Nullable Double p50,
        @JsonProperty("p99Seconds") @Nullable Double p99,
        @JsonProperty("milliCpu") @Nullable Double milliCpu,
        @JsonProperty("memoryBytes") @Nullable Long memoryBytes) {
    private static final String NAME = "function_name";

    /**
     * Compares two looks.
     *
     * @param functions of the later one
     * @param between the two
     */
    public static List<FunctionActivity> between(
            MetricsText before, MetricsText after, Duration between, List<FunctionStatus> functions) {
        Map<String, Double> begunBefore = sums(before, "gateway_function_invocation_started");
        Map<String, Double> begun = sums(after, "gateway_function_invocation_started");
        Map<String, Double> inFlight = sums(after, "gateway_function_invocation_inflight");
        Map<String, Double> cpu = sums(after, "vfaas_function_cpu_millicores");
        Map<String, Double> memory = sums(after, "vfaas_function_memory_bytes");
        String family = after.of("vfaas_function_seconds_bucket").isEmpty()
                ? "gateway_functions_seconds_bucket"
                : "vfaas_function_seconds_bucket";
        double seconds = Math.max(0.001, between.toNanos() / 1e9);
        List<FunctionActivity> activities = new ArrayList<>();
        for (FunctionStatus function : functions) {
            String namespace = function.namespace() == null ? "openfaas-fn" : function.namespace();
            String key = function.name() + "." + namespace;
            TreeMap<Double, Double> buckets = buckets(after, family, key);
            buckets(before, family, key).forEach((bound, count) -> buckets.merge(bound, -count, Double::sum));
            Double started = begun.get(key);
            Double held = inFlight.get(key);
            Double used = memory.get(key);
            activities.add(new FunctionActivity(
                    function.name(),
                    namespace,
                    function.replicas(),
                    function.availableReplicas(),
                    held == null ? null : Math.round(held),
                    started == null
                            ? (begun.isEmpty() ? null : 0.0)
                            : Double.valueOf(Math.max(0, started - begunBefore.getOrDefault(key, 0.0)) / seconds),
                    quantile(buckets, 0.5),
                    quantile(buckets, 0.99),
                    cpu.get(key),
                    used == null ? null : Math.round(used)));
        }
        activities.sort(Comparator.comparing(FunctionActivity::namespace).thenComparing(FunctionActivity::name));
        return activities;
    }

    private static Map<String, Double> sums(MetricsText metrics, String family) {
        Map<String, Double> sums = new HashMap<>();
        for (MetricsText.Sample sample : metrics.of(family)) {
            String function = sample.labels().get(NAME);
            if (function != null) {
                sums.merge(function, sample.value(), Double::sum);
            }
        }
        return sums;
    }

    private static TreeMap<Double, Double> buckets(MetricsText metrics, String family, String function) {
        TreeMap<Double, Double> buckets = new TreeMap<>();
        for (MetricsText.Sample sample : metrics.of(family)) {
            String bound = sample.labels().get("le");
            if (bound != null && function.equals(sample.labels().get(NAME))) {
                double limit = bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
                buckets.merge(limit, sample.value(), Double::sum);
            }
        }
        return buckets;
    }

    /** As Prometheus's histogram_quantile: linear within a bucket; of the last one its lower bound. */
    private static @Nullable Double quantile(TreeMap<Double, Double> cumulative, double part) {
        double total = cumulative.isEmpty() ? 0 : cumulative.lastEntry().getValue();
        if (total <= 0) {
            return null;
        }
        double wanted = total * part;
        double lower = 0;
        double below = 0;
        for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
            double upper = bucket.getKey();
            double count = bucket.getValue();
            if (count >= wanted) {
                return Double.isInfinite(upper)
                        ? lower
                        : Double.valueOf(lower + (upper - lower) * (wanted - below) / Math.max(1e-9, count - below));
            }
            lower = upper;
            below = count;
        }
        return lower;
    }
}
