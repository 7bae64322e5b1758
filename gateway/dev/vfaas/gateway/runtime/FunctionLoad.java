package dev.vfaas.gateway.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one function, written by the invocation path and read by the autoscaler; all methods are thread-safe and do not block. */
public final class FunctionLoad {
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder started = new LongAdder();
    private volatile long lastActivityNanos = System.nanoTime();

    /** A call has arrived: it is in flight, or held until a replica is ready. */
    public void begin() {
        inFlight.incrementAndGet();
        started.increment();
        lastActivityNanos = System.nanoTime();
    }

    /** A call is over, however it ended. */
    public void end() {
        inFlight.decrementAndGet();
        lastActivityNanos = System.nanoTime();
    }

    /** Calls in flight or held now. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Calls begun since the gateway started. */
    public long started() {
        return started.sum();
    }

    /** {@link System#nanoTime()} of the last begin or end. */
    public long lastActivityNanos() {
        return lastActivityNanos;
    }
}
