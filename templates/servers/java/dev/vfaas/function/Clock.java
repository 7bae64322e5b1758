package dev.vfaas.function;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Ends a thread's blocking read or write on a connection when its time is over. */
final class Clock {
    private final ScheduledThreadPoolExecutor timer;

    Clock() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("timeouts").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** A deadline that begins now; without a limit when {@code limit} is zero. */
    Deadline deadline(Duration limit, String name) {
        Deadline deadline = new Deadline(name);
        if (!limit.isZero()) {
            deadline.arm(timer.schedule(deadline::expire, limit.toNanos(), TimeUnit.NANOSECONDS));
        }
        return deadline;
    }

    /** Guards the blocking operations of one direction of one request. Interrupting a thread in a channel closes the channel: that is the purpose. */
    static final class Deadline implements AutoCloseable {
        private final String name;
        private Future<?> alarm;
        private Thread inside;
        private boolean expired;

        private Deadline(String name) {
            this.name = name;
        }

        private synchronized void arm(Future<?> scheduled) {
            alarm = scheduled;
        }

        private synchronized void expire() {
            expired = true;
            if (inside != null) {
                inside.interrupt();
            }
        }

        /** Before a blocking operation. */
        synchronized void enter() throws IOException {
            if (expired) {
                throw new IOException(name + " exceeded");
            }
            inside = Thread.currentThread();
        }

        /** After a blocking operation; keeps an interrupt that was meant for it from reaching anything else. */
        synchronized void leave() {
            inside = null;
            if (expired) {
                Thread.interrupted();
            }
        }

        @Override
        public synchronized void close() {
            if (alarm != null) {
                alarm.cancel(false);
            }
        }
    }
}
