package dev.vfaas.gateway.queue;

import java.util.OptionalLong;
import java.util.function.IntSupplier;

/** The calls of one function that may run now, in order, and how many run. Thread-safe. */
final class Lane {
    private long[] ring = new long[16]; // plain numbers: a queue may be long and the heap is small
    private int first;
    private int count;
    private final IntSupplier limit;
    private int running;

    /** @param limit how many may run at a time, asked each time */
    Lane(IntSupplier limit) {
        this.limit = limit;
    }

    synchronized void add(long id) {
        if (count == ring.length) {
            long[] larger = new long[count * 2];
            for (int i = 0; i < count; i++) {
                larger[i] = ring[(first + i) % count];
            }
            ring = larger;
            first = 0;
        }
        ring[(first + count++) % ring.length] = id;
    }

    /** Takes the next call and a place to run it in; empty when there is none of either. */
    synchronized OptionalLong take() {
        if (count == 0 || running >= limit.getAsInt()) {
            return OptionalLong.empty();
        }
        running++;
        long id = ring[first];
        first = (first + 1) % ring.length;
        count--;
        return OptionalLong.of(id);
    }

    /** Gives the place back. */
    synchronized void free() {
        running--;
    }

    synchronized int waiting() {
        return count;
    }
}
