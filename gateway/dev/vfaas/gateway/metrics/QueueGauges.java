package dev.vfaas.gateway.metrics;

import dev.vfaas.gateway.queue.AsyncQueue;

/** How full the queue of asynchronous calls is, and how many dead letters wait for a decision. */
public final class QueueGauges implements MetricsSource {
    private final AsyncQueue queue;

    public QueueGauges(AsyncQueue queue) {
        this.queue = queue;
    }

    @Override
    public void write(TextExposition out) {
        out.family("vfaas_async_calls", "gauge", "Asynchronous calls that wait, run or wait for another attempt");
        out.sample("vfaas_async_calls", queue.size());
        out.family("vfaas_async_dead_letters", "gauge", "Asynchronous calls given up and kept");
        queue.deadCounts()
                .forEach((function, count) ->
                        out.sample("vfaas_async_dead_letters", count, "function_name", function.toString()));
    }
}
