package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.Database;
import dev.vfaas.gateway.store.FullDisk;
import dev.vfaas.gateway.store.Schema;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous calls: accepted when durable, run at least once, in order of acceptance as far as retries and concurrency allow. A call leaves the
 * table only after its result, so one that runs while the gateway dies runs again.
 */
public final class AsyncQueue implements AutoCloseable {
    /** The room's tables. */
    public static final Schema SCHEMA = CallTable.SCHEMA;

    /** Annotation of a function: how many of its queued calls run at a time. */
    public static final String MAX_IN_FLIGHT = "dev.vfaas.async.max-inflight";

    /** When the queue itself fails (a full disk, say), a call is looked at again after this. */
    private static final Duration AFTER_OWN_FAILURE = Duration.ofSeconds(5);

    private final CallTable calls;
    private final FunctionDirectory functions;
    private final OutgoingHttp http = new OutgoingHttp();
    private final BodyFiles bodies;
    private final String version;
    private final QueueConfig config;
    private final QueueMetrics metrics;
    private final Log log;
    private final CallAcceptor acceptor;
    private final Map<FunctionKey, Lane> lanes = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("async-call").factory());
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofVirtual().name("async-timer").factory());
    private long takenUp = Long.MAX_VALUE; // calls up to this id are start()'s; guarded by lanes
    private volatile @Nullable CallRunner runner;
    private volatile boolean closing;

    private AsyncQueue(
            CallTable calls,
            BodyFiles bodies,
            FunctionDirectory functions,
            QueueConfig config,
            QueueMetrics metrics,
            String version,
            Log log) {
        this.calls = calls;
        this.bodies = bodies;
        this.functions = functions;
        this.config = config;
        this.metrics = metrics;
        this.version = version;
        this.log = log;
        this.acceptor = new CallAcceptor(calls, bodies, config, this::exists, this::accepted);
    }

    /**
     * Opens the queue; nothing runs before {@link #start}.
     *
     * @param database holding {@link #SCHEMA}
     * @param folder of large bodies, created 0700
     * @param functions which exist
     * @param version of the gateway, for User-Agent
     */
    public static AsyncQueue open(
            Database database,
            Path folder,
            FunctionDirectory functions,
            QueueConfig config,
            QueueMetrics metrics,
            String version,
            Log log) {
        try {
            BodyFiles bodies = new BodyFiles(folder);
            CallTable calls = new CallTable(database, bodies);
            bodies.keepOnly(calls.bodyFiles());
            return new AsyncQueue(calls, bodies, functions, config, metrics, version, log);
        } catch (IOException e) {
            if (FullDisk.explains(e, folder)) {
                throw FullDisk.failure("The queue of asynchronous calls", folder, e);
            }
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL,
                    "the folder of queued calls, " + folder + ", cannot be used: " + e,
                    e);
        }
    }

    /** Answers {@code /async-function/}. */
    public BlockingHandler handler() {
        return acceptor;
    }

    /**
     * Begins to run calls through the gateway's own invocation path, those of the last life first. Call it once the functions are known.
     *
     * @param gateway where it listens, for example {@code http://127.0.0.1:8080}
     */
    public void start(URI gateway) {
        start(new LoopbackInvoker(http, gateway));
    }

    /** Begins to run calls another way. */
    void start(FunctionInvoker invoker) {
        Backoff backoff = new Backoff(config.firstDelay(), config.longestDelay());
        Callbacks callbacks =
                new Callbacks(http, config.callbackAttempts(), backoff, "vfaas-queue-worker/" + version, log);
        runner = new CallRunner(
                calls, bodies, invoker, this::exists, callbacks, backoff, config.maxAttempts(), metrics, log);
        long now = System.currentTimeMillis();
        int found;
        synchronized (lanes) { // calls accepted meanwhile line up behind
            takenUp = 0;
            found = calls.forEach(place -> {
                takenUp = place.id();
                if (place.notBefore() <= now) {
                    lane(place.function()).add(place.id());
                } else {
                    later(place.function(), place.id(), Duration.ofMillis(place.notBefore() - now));
                }
            });
        }
        if (found > 0) {
            log.info("asynchronous calls taken up again", "calls", found);
        }
        lanes.forEach(this::dispatch);
    }

    /** Calls that wait for a place to run, not counting those that wait for another attempt. */
    public int waiting() {
        return lanes.values().stream().mapToInt(Lane::waiting).sum();
    }

    private void accepted(FunctionKey function, long id) {
        metrics.queued(function);
        synchronized (lanes) {
            if (id <= takenUp) {
                return; // start() reads it from the table
            }
        }
        enqueue(function, id);
    }

    private void enqueue(FunctionKey function, long id) {
        Lane lane = lane(function);
        lane.add(id);
        dispatch(function, lane);
    }

    private Lane lane(FunctionKey function) {
        return lanes.computeIfAbsent(function, key -> new Lane(() -> limit(key)));
    }

    private void dispatch(FunctionKey function, Lane lane) {
        while (!closing) {
            OptionalLong next = lane.take();
            if (next.isEmpty()) {
                return;
            }
            try {
                threads.execute(() -> run(function, lane, next.getAsLong()));
            } catch (RejectedExecutionException e) {
                return; // closing; the call is in the table
            }
        }
    }

    private void run(FunctionKey function, Lane lane, long id) {
        CallRunner runner = Objects.requireNonNull(this.runner, "start() comes first");
        Duration again;
        try {
            again = runner.run(
                    id,
                    () -> {
                        lane.free();
                        dispatch(function, lane);
                    },
                    () -> closing);
        } catch (InterruptedException e) {
            return; // closing; the call is in the table
        } catch (RuntimeException e) {
            log.error(
                    "asynchronous call interrupted by a failure of the gateway, it is run again",
                    e,
                    "function",
                    function);
            again = AFTER_OWN_FAILURE;
        }
        if (again != null && !closing) {
            later(function, id, again);
        }
    }

    private void later(FunctionKey function, long id, Duration wait) {
        try {
            timer.schedule(() -> enqueue(function, id), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // closing; the call is in the table
        }
    }

    private boolean exists(FunctionKey function) {
        return functions.live(function) != null;
    }

    private int limit(FunctionKey key) {
        LiveFunction function = functions.live(key);
        String annotation =
                function == null ? null : function.deployment().annotations().get(MAX_IN_FLIGHT);
        if (annotation != null) {
            try {
                return Math.max(1, Integer.parseInt(annotation.strip()));
            } catch (NumberFormatException e) {
                return config.maxInFlight();
            }
        }
        return config.maxInFlight();
    }

    /** Starts no further call and waits a little for those that run; what is not through runs again after the next start. */
    @Override
    public void close() {
        closing = true;
        timer.shutdownNow();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(config.stopPatience().toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
                threads.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        } finally {
            http.close();
        }
    }
}
