package dev.vfaas.gateway.image;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Runs the garbage collection: at start, every hour, and a grace period after something lost its last reference. */
final class Collector implements AutoCloseable {
    private static final long INTERVAL_SECONDS = 3600;

    private final GarbageCollection collection;
    private final Duration grace;
    private final Consumer<String> log;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofVirtual().name("image-collector").factory());

    private volatile boolean started;

    Collector(GarbageCollection collection, Duration grace, Consumer<String> log) {
        this.collection = collection;
        this.grace = grace;
        this.log = log;
    }

    void start() {
        started = true;
        try {
            timer.scheduleWithFixedDelay(this::run, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // closed before it was this gateway's turn
        }
    }

    /** Something may have become unneeded: collects once its grace period is over. Nothing happens before {@link #start}, which collects anyway. */
    void soon() {
        if (started && scheduled.compareAndSet(false, true)) {
            try {
                timer.schedule(
                        () -> {
                            scheduled.set(false);
                            run();
                        },
                        grace.toMillis() + 1000,
                        TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // closing; the next start collects
            }
        }
    }

    private void run() {
        try {
            GarbageCollection.Collected collected = collection.run();
            if (collected.manifests() + collected.blobs() > 0) {
                log.accept("image store: removed " + collected.manifests() + " manifests and " + collected.blobs()
                        + " blobs nothing needs, " + collected.bytes() + " bytes");
            }
        } catch (IOException | RuntimeException e) {
            log.accept("image store: removing what nothing needs failed, it is tried again: " + e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
