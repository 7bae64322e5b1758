package dev.vfaas.function;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs short actions when a time is over. */
final class Alarms {
    private final ScheduledThreadPoolExecutor timer;

    Alarms() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("alarms").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** The action to come, to be cancelled when it is not needed; null when {@code time} is zero, which is no limit. */
    Future<?> in(Duration time, Runnable action) {
        return time.isZero() ? null : timer.schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
    }
}
