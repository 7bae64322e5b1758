package dev.vfaas.gateway.metrics;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the calls of every function since the gateway started. Thread-safe; nothing blocks. */
public final class InvocationMetrics {
    private final ConcurrentHashMap<FunctionKey, FunctionSeries> series = new ConcurrentHashMap<>();

    /** The counters of one function; call it only for functions that exist, for they are kept. */
    public FunctionSeries of(FunctionKey function) {
        FunctionSeries found = series.get(function);
        return found != null ? found : series.computeIfAbsent(function, key -> new FunctionSeries());
    }

    /** Finished calls of a function, 0 for one that was never called. */
    public long invocations(FunctionKey function) {
        FunctionSeries found = series.get(function);
        return found == null ? 0 : found.count();
    }

    /** All counters, by {@code name.namespace}. */
    Map<String, FunctionSeries> all() {
        Map<String, FunctionSeries> sorted = new TreeMap<>();
        series.forEach((key, value) -> sorted.put(key.toString(), value));
        return sorted;
    }
}
