package dev.vfaas.gateway.metrics;

import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.runtime.RuntimeFailure;

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
        boolean connected = true;
        try {
            queue.check();
            queue.deadCounts()
                    .forEach((function, count) ->
                            out.sample("vfaas_async_dead_letters", count, "function_name", function.toString()));
        } catch (RuntimeFailure e) { // the other metrics are worth having
            connected = false;
        }
        out.family("vfaas_async_connected", "gauge", "Whether what keeps asynchronous calls can be reached, 1 or 0");
        out.sample("vfaas_async_connected", connected ? 1 : 0);
    }
}
