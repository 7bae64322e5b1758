package dev.vfaas.gateway.proxy;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The watch over replicas that stay silent for as long as one timeout says: a list in the order of deadlines, so that watching a call costs no
 * allocation. Used on one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer that finds nothing to do any more is harmless
final class SilenceWatch {
    private final EventLoop loop;
    private final long timeoutNanos;
    private boolean watching;

    // Invocations that wait for an answer's head, the one whose time ends first at the front.
    private @Nullable Invocation first;
    private @Nullable Invocation last;

    SilenceWatch(EventLoop loop, long timeoutNanos) {
        this.loop = loop;
        this.timeoutNanos = timeoutNanos;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    /** Whether it watches nothing, and no timer of it runs. */
    boolean isIdle() {
        return !watching;
    }

    /** Begins to watch, or gives a call that made progress its full time again. */
    void watch(Invocation invocation) {
        unwatch(invocation);
        invocation.deadlineNanos = System.nanoTime() + timeoutNanos;
        invocation.watched = true;
        invocation.before = last;
        if (last == null) {
            first = invocation;
        } else {
            last.after = invocation;
        }
        last = invocation;
        if (!watching) {
            watching = true;
            loop.schedule(this::expire, timeoutNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the watch over a call. */
    void unwatch(Invocation invocation) {
        if (!invocation.watched) {
            return;
        }
        invocation.watched = false;
        Invocation before = invocation.before;
        Invocation after = invocation.after;
        invocation.before = null;
        invocation.after = null;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
    }

    private void expire() {
        long now = System.nanoTime();
        for (Invocation i = first; i != null && i.deadlineNanos - now <= 0; i = first) {
            unwatch(i);
            i.timedOut();
        }
        Invocation next = first;
        watching = next != null;
        if (next != null) {
            loop.schedule(this::expire, Math.max(next.deadlineNanos - now, 1_000_000), TimeUnit.NANOSECONDS);
        }
    }
}
