package dev.vfaas.gateway.http;

import java.time.Duration;

/**
 * Since when a connection waits for a request or the rest of one's head. Told of each message without a look at the clock; the clock is read where all
 * connections are looked at. Used on the connection's event loop.
 */
final class Stillness {
    private boolean moved = true;
    private boolean messages;
    private boolean part;
    private long sinceNanos;

    /** A message, or a part of its body, has come. */
    void message() {
        moved = true;
        messages = true;
        part = false;
    }

    /**
     * All that came is read.
     *
     * @param waits whether a request would be next
     */
    void readComplete(boolean waits) {
        if (waits && !messages && !part) { // bytes that make no message yet
            part = true;
            moved = true;
        }
        messages = false;
    }

    /**
     * Whether it has taken too long, as far as seen at earlier looks.
     *
     * @param waits whether a request is next
     */
    boolean tooLong(boolean waits, Idleness limits) {
        long now = System.nanoTime();
        if (moved || !waits) {
            moved = !waits;
            sinceNanos = now;
            return false;
        }
        Duration limit = part ? limits.head() : limits.connection();
        return now - sinceNanos > limit.toNanos();
    }
}
