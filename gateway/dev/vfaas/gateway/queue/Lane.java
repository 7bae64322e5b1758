package dev.vfaas.gateway.queue;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.function.IntSupplier;

/** The calls of one function that may run now, in order, and how many run. Thread-safe. */
final class Lane {
    private final ArrayDeque<Long> ready = new ArrayDeque<>();
    private final IntSupplier limit;
    private int running;

    /** @param limit how many may run at a time, asked each time */
    Lane(IntSupplier limit) {
        this.limit = limit;
    }

    synchronized void add(long id) {
        ready.addLast(id);
    }

    /** Takes the next call and a place to run it in; empty when there is none of either. */
    synchronized OptionalLong take() {
        if (ready.isEmpty() || running >= limit.getAsInt()) {
            return OptionalLong.empty();
        }
        running++;
        return OptionalLong.of(ready.removeFirst());
    }

    /** Gives the place back. */
    synchronized void free() {
        running--;
    }

    synchronized int waiting() {
        return ready.size();
    }
}
