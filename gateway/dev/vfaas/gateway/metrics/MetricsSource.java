package dev.vfaas.gateway.metrics;

/** A room that has something to add to /metrics. */
@FunctionalInterface
public interface MetricsSource {
    /** Writes whole families; may be called by several threads at once. */
    void write(TextExposition out);
}
