package dev.vfaas.gateway.metrics;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** How long calls took. Thread-safe; recording does not block. */
final class DurationHistogram {
    /** The buckets Prometheus clients use by default, as OpenFaaS's gateway does. */
    static final Bounds USUAL =
            Bounds.of("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10");

    /** Buckets that tell a fast call from a very fast one, and a slow one from a hopeless one. */
    static final Bounds FINE = Bounds.of(
            "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5",
            "5", "10", "30", "60");

    /**
     * Upper bounds of buckets.
     *
     * @param text in seconds, for the output
     * @param nanos the same
     */
    record Bounds(List<String> text, List<Long> nanos) {
        static Bounds of(String... seconds) {
            return new Bounds(
                    List.of(seconds),
                    Arrays.stream(seconds)
                            .map(bound ->
                                    new BigDecimal(bound).movePointRight(9).longValueExact())
                            .toList());
        }
    }

    private final Bounds bounds;
    private final long[] limits;
    private final LongAdder[] buckets;
    private final LongAdder sumNanos = new LongAdder();

    DurationHistogram(Bounds bounds) {
        this.bounds = bounds;
        this.limits = bounds.nanos().stream().mapToLong(Long::longValue).toArray();
        this.buckets = new LongAdder[limits.length + 1];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    void record(long nanos) {
        int bucket = 0;
        while (bucket < limits.length && nanos > limits[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        sumNanos.add(nanos);
    }

    /** Upper bounds of all buckets but the last, in seconds. */
    List<String> bounds() {
        return bounds.text();
    }

    long count() {
        long sum = 0;
        for (LongAdder bucket : buckets) {
            sum += bucket.sum();
        }
        return sum;
    }

    double seconds() {
        return sumNanos.sum() / 1e9;
    }

    /** Counts of calls in each bucket alone, the last one without an upper bound. */
    long[] counts() {
        long[] counts = new long[buckets.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = buckets[i].sum();
        }
        return counts;
    }
}
