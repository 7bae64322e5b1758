package dev.vfaas.gateway.metrics;

import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.gateway.runtime.ScalingRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** GET /metrics: OpenFaaS's metrics of the gateway, in Prometheus's text format. */
public final class MetricsHandler implements BlockingHandler {
    private final InvocationMetrics metrics;
    private final FunctionRuntime runtime;
    private final List<MetricsSource> others;

    public MetricsHandler(InvocationMetrics metrics, FunctionRuntime runtime, List<MetricsSource> others) {
        this.metrics = metrics;
        this.runtime = runtime;
        this.others = List.copyOf(others);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        TextExposition out = new TextExposition();
        calls(out, metrics.all());
        functions(
                out,
                runtime.live().stream()
                        .map(LiveFunction.class::cast)
                        .sorted(Comparator.comparing(function -> function.key().toString()))
                        .toList());
        use(out);
        others.forEach(source -> source.write(out));
        exchange.respond(200, TextExposition.CONTENT_TYPE, out.text().getBytes(StandardCharsets.UTF_8));
    }

    private static void calls(TextExposition out, Map<String, FunctionSeries> all) {
        out.family(
                "gateway_function_invocation_started",
                "counter",
                "The total number of function HTTP requests started.");
        all.forEach((name, series) ->
                out.sample("gateway_function_invocation_started", series.startedCount(), "function_name", name));
        out.family("gateway_function_invocation_total", "counter", "Function metrics");
        all.forEach((name, series) -> series.visit((status, durations) -> out.sample(
                "gateway_function_invocation_total",
                durations.count(),
                "function_name",
                name,
                "code",
                Integer.toString(status))));
        out.family("gateway_functions_seconds", "histogram", "Function time taken");
        all.forEach((name, series) -> series.visit((status, durations) -> histogram(
                out, "gateway_functions_seconds", durations, "function_name", name, "code", Integer.toString(status))));
        out.family("vfaas_function_repeated_total", "counter", "Calls sent again because their replica was lost");
        all.forEach((name, series) ->
                out.sample("vfaas_function_repeated_total", series.repeatedCount(), "function_name", name));
        out.family("vfaas_function_seconds", "histogram", "Function time taken, all codes together, in finer buckets");
        all.forEach((name, series) -> histogram(out, "vfaas_function_seconds", series.fine(), "function_name", name));
    }

    private static void histogram(TextExposition out, String family, DurationHistogram durations, String... labels) {
        long[] counts = durations.counts();
        double seconds = durations.seconds();
        String[] bucket = Arrays.copyOf(labels, labels.length + 2);
        bucket[labels.length] = "le";
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            below += counts[i];
            bucket[labels.length + 1] =
                    i < durations.bounds().size() ? durations.bounds().get(i) : "+Inf";
            out.sample(family + "_bucket", below, bucket);
        }
        out.sample(family + "_sum", seconds, labels);
        out.sample(family + "_count", below, labels);
    }

    private static void functions(TextExposition out, List<LiveFunction> functions) {
        out.family(
                "gateway_function_invocation_inflight", "gauge", "Calls in flight, or held until a replica is ready.");
        for (LiveFunction function : functions) {
            out.sample(
                    "gateway_function_invocation_inflight",
                    function.load().inFlight(),
                    "function_name",
                    function.key().toString());
        }
        out.family("gateway_service_count", "gauge", "Current count of replicas for function");
        for (LiveFunction function : functions) {
            out.sample(
                    "gateway_service_count",
                    function.endpoints().size(),
                    "function_name",
                    function.key().toString());
        }
        out.family("gateway_service_min", "gauge", "Minimum replicas of a function");
        for (LiveFunction function : functions) {
            ScalingRules rules = rules(function);
            out.sample(
                    "gateway_service_min",
                    rules.min(),
                    "function_name",
                    function.key().toString());
        }
        out.family("gateway_service_target_load", "gauge", "Target load of one replica");
        for (LiveFunction function : functions) {
            ScalingRules rules = rules(function);
            out.sample(
                    "gateway_service_target_load",
                    rules.target(),
                    "function_name",
                    function.key().toString(),
                    "scaling_type",
                    rules.measure().name().toLowerCase(Locale.ROOT));
        }
    }

    private void use(TextExposition out) {
        Map<String, ResourceUse> use = new TreeMap<>();
        runtime.use(runtime.live().stream().map(LiveFunction::key).toList())
                .forEach((function, used) -> use.put(function.toString(), used));
        out.family("vfaas_function_cpu_millicores", "gauge", "CPU the replicas use together, lately");
        use.forEach((function, used) ->
                out.sample("vfaas_function_cpu_millicores", Math.round(used.milliCpu()), "function_name", function));
        out.family("vfaas_function_memory_bytes", "gauge", "Memory the replicas hold together");
        use.forEach((function, used) ->
                out.sample("vfaas_function_memory_bytes", used.memoryBytes(), "function_name", function));
    }

    private static ScalingRules rules(LiveFunction function) {
        return ScalingRules.orUsual(function.deployment().labels());
    }
}
