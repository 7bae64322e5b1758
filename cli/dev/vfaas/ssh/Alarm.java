package dev.vfaas.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Closes something when a time has passed, which ends blocking reads and writes on it; close the alarm to switch it off. */
final class Alarm implements AutoCloseable {
    private final Thread thread;
    private final AtomicBoolean rang = new AtomicBoolean();

    private Alarm(Closeable target, Duration after) {
        this.thread = Thread.ofVirtual().name("ssh-alarm").start(() -> {
            try {
                Thread.sleep(after);
                rang.set(true);
                target.close();
            } catch (InterruptedException switchedOff) {
                // In time.
            } catch (IOException gone) {
                // Closed all the same.
            }
        });
    }

    static Alarm closing(Closeable target, Duration after) {
        return new Alarm(target, after);
    }

    /** Throws when the time has passed. */
    void check() throws SocketTimeoutException {
        if (rang.get()) {
            throw new SocketTimeoutException("no answer in time");
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
