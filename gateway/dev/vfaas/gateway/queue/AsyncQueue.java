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
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Asynchronous calls: accepted when durable, run at least once. A call leaves its store only after its result, so one that runs while the gateway
 * dies runs again; one that is given up becomes a dead letter.
 */
public final class AsyncQueue implements AutoCloseable {
    /** The room's tables. */
    public static final Schema SCHEMA = CallTable.SCHEMA;

    /** Annotation of a function: how many of its queued calls run at a time. */
    public static final String MAX_IN_FLIGHT = "dev.vfaas.async.max-inflight";

    private final CallStore calls;
    private final FunctionDirectory functions;
    private final OutgoingHttp http = new OutgoingHttp();
    private final BodyFiles bodies;
    private final String version;
    private final QueueConfig config;
    private final QueueMetrics metrics;
    private final Log log;
    private final CallAcceptor acceptor;
    private volatile boolean closing;

    /** Makes a store, over the number of calls of a function that run at a time and which functions exist. */
    @FunctionalInterface
    public interface Store {
        /** Opens it. */
        CallStore open(QueueConfig config, ToIntFunction<FunctionKey> limit, Predicate<FunctionKey> exists);
    }

    private AsyncQueue(
            Store store,
            BodyFiles bodies,
            FunctionDirectory functions,
            QueueConfig config,
            QueueMetrics metrics,
            String version,
            Log log) {
        this.bodies = bodies;
        this.functions = functions;
        this.config = config;
        this.metrics = metrics;
        this.version = version;
        this.log = log;
        this.calls = store.open(config, this::limit, this::exists);
        this.acceptor = new CallAcceptor(calls, bodies, config, this::exists, metrics::queued);
    }

    /**
     * Opens a queue in the gateway's own database; nothing runs before {@link #start}.
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
        return open(
                (settings, limit, exists) -> LocalCalls.open(database, folder, settings, limit, log),
                folder,
                functions,
                config,
                metrics,
                version,
                log);
    }

    /** Opens a queue in another store; {@code folder} holds large bodies and results on their way. */
    public static AsyncQueue open(
            Store store,
            Path folder,
            FunctionDirectory functions,
            QueueConfig config,
            QueueMetrics metrics,
            String version,
            Log log) {
        try {
            return new AsyncQueue(store, new BodyFiles(folder), functions, config, metrics, version, log);
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
        RetryPolicy usual = RetryPolicy.of(config);
        Callbacks callbacks =
                new Callbacks(http, config.callbackAttempts(), usual.backoff(), "vfaas-queue-worker/" + version, log);
        calls.start(new CallRunner(bodies, invoker, functions, callbacks, usual, metrics, log, () -> closing));
    }

    /** Calls that wait for a place to run, not counting those that wait for another attempt. */
    public int waiting() {
        return calls.waiting();
    }

    /** Calls that are kept: waiting, running or waiting for another attempt. */
    public int size() {
        return calls.size();
    }

    /** What holds the calls: {@code sqlite} or {@code nats}. */
    public String store() {
        return calls.kind();
    }

    /** Calls that were given up, oldest first. */
    public List<DeadLetter> dead(DeadLetter.Selection selection) {
        return calls.dead(selection);
    }

    /** How many dead letters there are of each function that has any. */
    public Map<FunctionKey, Integer> deadCounts() {
        return calls.deadCounts();
    }

    /** Makes dead letters calls again, with all their attempts; tells how many. */
    public int retry(DeadLetter.Selection selection) {
        return calls.retry(selection);
    }

    /** Forgets dead letters; tells how many. */
    public int drop(DeadLetter.Selection selection) {
        return calls.drop(selection);
    }

    /** Throws when the store cannot be used; may block. */
    public void check() {
        calls.check();
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
        try {
            calls.stop(config.stopPatience());
        } finally {
            http.close();
            calls.close();
        }
    }
}
