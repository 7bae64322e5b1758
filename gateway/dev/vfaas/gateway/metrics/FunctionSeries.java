package dev.vfaas.gateway.metrics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The counters of one function. Thread-safe; nothing blocks. */
public final class FunctionSeries {
    private static final int LOWEST = 100;
    private static final int HIGHEST = 599;

    private final DurationHistogram fine = new DurationHistogram(DurationHistogram.FINE);
    private final LongAdder started = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final AtomicReferenceArray<DurationHistogram> byStatus = new AtomicReferenceArray<>(HIGHEST - LOWEST + 1);

    /** A call has arrived. */
    public void started() {
        started.increment();
    }

    /** A call whose replica was lost is sent to another one. */
    public void repeated() {
        repeated.increment();
    }

    long repeatedCount() {
        return repeated.sum();
    }

    /** A call is over. */
    public void finished(int status, long nanos) {
        int index = Math.clamp(status, LOWEST, HIGHEST) - LOWEST;
        DurationHistogram histogram = byStatus.get(index);
        if (histogram == null) {
            byStatus.compareAndSet(index, null, new DurationHistogram(DurationHistogram.USUAL));
            histogram = byStatus.get(index);
        }
        histogram.record(nanos);
        fine.record(nanos);
    }

    /** Of all statuses together. */
    DurationHistogram fine() {
        return fine;
    }

    long startedCount() {
        return started.sum();
    }

    long count() {
        long sum = 0;
        for (int i = 0; i < byStatus.length(); i++) {
            DurationHistogram histogram = byStatus.get(i);
            sum += histogram == null ? 0 : histogram.count();
        }
        return sum;
    }

    /** What happens with each status that occurred. */
    interface StatusVisitor {
        void visit(int status, DurationHistogram durations);
    }

    void visit(StatusVisitor visitor) {
        for (int i = 0; i < byStatus.length(); i++) {
            @Nullable DurationHistogram histogram = byStatus.get(i);
            if (histogram != null) {
                visitor.visit(i + LOWEST, histogram);
            }
        }
    }
}
