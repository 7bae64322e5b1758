package dev.vfaas.gateway.queue.nats;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Takes calls of one function from the server, one at a time and only when there is a place to run it, so that other gateways get the rest. */
final class Puller {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Runs a message; tells when the function is through. */
    interface Runner {
        void run(Message message, Runnable freed) throws InterruptedException;
    }

    private final Broker broker;
    private final FunctionKey function;
    private final IntSupplier limit;
    private final Runner runner;
    private final Log log;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("async-call").factory());
    private final Thread thread;
    private int running; // guarded by this
    private volatile boolean stopping;

    /** @param limit how many may run at a time, asked each time */
    Puller(Broker broker, FunctionKey function, IntSupplier limit, Runner runner, Log log) {
        this.broker = broker;
        this.function = function;
        this.limit = limit;
        this.runner = runner;
        this.log = log;
        this.thread = Thread.ofVirtual().name("async-pull").start(this::pull);
    }

    private void pull() {
        JetStreamSubscription subscription = null;
        while (!stopping) {
            try {
                place();
                if (subscription == null) {
                    subscription = broker.subscribe(function);
                }
                List<Message> messages = subscription.fetch(1, PATIENCE);
                for (Message message : messages) {
                    if (stopping) {
                        message.nak();
                    } else {
                        run(message);
                    }
                }
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) { // the server is away, say: the client connects again by itself
                if (stopping) {
                    return;
                }
                log.warn(
                        "cannot take queued calls, trying again",
                        "function",
                        function,
                        "reason",
                        String.valueOf(e.getMessage()));
                subscription = drop(subscription);
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }
    }

    private static @Nullable JetStreamSubscription drop(@Nullable JetStreamSubscription subscription) {
        try {
            if (subscription != null) {
                subscription.unsubscribe();
            }
        } catch (RuntimeException e) {
            // its connection is gone
        }
        return null;
    }

    private synchronized void place() throws InterruptedException {
        while (running >= limit.getAsInt()) {
            wait(PAUSE.toMillis());
        }
    }

    private void run(Message message) {
        synchronized (this) {
            running++;
        }
        AtomicBoolean freed = new AtomicBoolean();
        Runnable free = () -> {
            if (freed.compareAndSet(false, true)) {
                synchronized (this) {
                    running--;
                    notifyAll();
                }
            }
        };
        threads.execute(() -> {
            try {
                runner.run(message, free);
            } catch (InterruptedException e) {
                // closing: the server hands it out again
            } catch (RuntimeException e) {
                log.error("a message in the queue cannot be run", e, "function", function);
                message.term();
            } finally {
                free.run();
            }
        });
    }

    /** Takes no further call. */
    void stop() {
        stopping = true;
        thread.interrupt();
        threads.shutdown();
    }

    void await(long time, TimeUnit unit) throws InterruptedException {
        threads.awaitTermination(time, unit);
    }

    /** Breaks off what runs. */
    void kill() {
        stop();
        threads.shutdownNow();
    }
}
