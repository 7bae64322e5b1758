package dev.vfaas.gateway.metrics;

import dev.vfaas.gateway.queue.QueueMetrics;
import dev.vfaas.gateway.runtime.FunctionKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Counts asynchronous calls since the gateway started. OpenFaaS has no free metrics of its queue, so the names are ours. */
public final class AsyncMetrics implements QueueMetrics, MetricsSource {
    private record Counts(
            LongAdder queued, LongAdder completed, LongAdder retried, LongAdder dropped, LongAdder lost) {}

    private final Map<FunctionKey, Counts> functions = new ConcurrentHashMap<>();

    @Override
    public void queued(FunctionKey function) {
        of(function).queued().increment();
    }

    @Override
    public void completed(FunctionKey function, int status, double seconds) {
        of(function).completed().increment();
    }

    @Override
    public void retried(FunctionKey function) {
        of(function).retried().increment();
    }

    @Override
    public void dropped(FunctionKey function) {
        of(function).dropped().increment();
    }

    @Override
    public void callbackFailed(FunctionKey function) {
        of(function).lost().increment();
    }

    private Counts of(FunctionKey function) {
        return functions.computeIfAbsent(
                function,
                key -> new Counts(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder()));
    }

    @Override
    public void write(TextExposition out) {
        family(out, "vfaas_async_queued_total", "Asynchronous calls accepted", Counts::queued);
        family(out, "vfaas_async_completed_total", "Asynchronous calls a function answered", Counts::completed);
        family(out, "vfaas_async_retried_total", "Attempts without a result that are repeated", Counts::retried);
        family(out, "vfaas_async_dropped_total", "Asynchronous calls given up: dead letters", Counts::dropped);
        family(out, "vfaas_async_callbacks_failed_total", "Results no callback took", Counts::lost);
    }

    private void family(TextExposition out, String name, String help, Function<Counts, LongAdder> counter) {
        out.family(name, "counter", help);
        functions.forEach(
                (key, counts) -> out.sample(name, counter.apply(counts).sum(), "function_name", key.toString()));
    }
}
