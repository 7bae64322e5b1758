package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.Database;
import dev.vfaas.gateway.store.FullDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Calls of one gateway, in its database, handed out in order of acceptance as far as retries and concurrency allow. */
public final class LocalCalls implements CallStore {
    /** When the queue itself fails (a full disk, say), a call is looked at again after this. */
    private static final Duration AFTER_OWN_FAILURE = Duration.ofSeconds(5);

    private final Database database;
    private final CallTable calls;
    private final DeadTable dead;
    private final ToIntFunction<FunctionKey> limit;
    private final Log log;
    private final Map<FunctionKey, Lane> lanes = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("async-call").factory());
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofVirtual().name("async-timer").factory());
    private long takenUp = Long.MAX_VALUE; // calls up to this id are start()'s; guarded by lanes
    private volatile @Nullable Worker worker;
    private volatile boolean closing;

    private LocalCalls(Database database, CallTable calls, DeadTable dead, ToIntFunction<FunctionKey> limit, Log log) {
        this.database = database;
        this.calls = calls;
        this.dead = dead;
        this.limit = limit;
        this.log = log;
    }

    /**
     * Opens the store.
     *
     * @param database holding {@link AsyncQueue#SCHEMA}
     * @param folder of large bodies, created 0700
     * @param limit how many calls of a function run at a time
     */
    public static LocalCalls open(
            Database database, Path folder, QueueConfig config, ToIntFunction<FunctionKey> limit, Log log) {
        try {
            BodyFiles bodies = new BodyFiles(folder);
            CallTable calls = new CallTable(database, bodies);
            bodies.keepOnly(calls.bodyFiles());
            DeadTable dead = new DeadTable(database, bodies, config);
            dead.expire();
            return new LocalCalls(database, calls, dead, limit, log);
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

    @Override
    public String kind() {
        return "sqlite";
    }

    @Override
    public boolean keepsBodyFiles() {
        return true;
    }

    @Override
    public int size() {
        return calls.size();
    }

    @Override
    public long bytes() {
        return calls.bytes();
    }

    @Override
    public void add(QueuedCall call) {
        taken(call.function(), calls.add(call));
    }

    private void taken(FunctionKey function, long id) {
        synchronized (lanes) {
            if (id <= takenUp) {
                return; // start() reads it from the table
            }
        }
        enqueue(function, id);
    }

    @Override
    public void start(Worker worker) {
        this.worker = worker;
        long now = System.currentTimeMillis();
        int found;
        calls.recount();
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

    @Override
    public int waiting() {
        return lanes.values().stream().mapToInt(Lane::waiting).sum();
    }

    private void enqueue(FunctionKey function, long id) {
        Lane lane = lane(function);
        lane.add(id);
        dispatch(function, lane);
    }

    private Lane lane(FunctionKey function) {
        return lanes.computeIfAbsent(function, key -> new Lane(() -> limit.applyAsInt(key)));
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
        Worker worker = Objects.requireNonNull(this.worker, "start() comes first");
        try {
            worker.run(new Row(function, id), () -> {
                lane.free();
                dispatch(function, lane);
            });
        } catch (InterruptedException e) {
            // closing; the call is in the table
        } catch (RuntimeException e) {
            log.error(
                    "asynchronous call interrupted by a failure of the gateway, it is run again",
                    e,
                    "function",
                    function);
            later(function, id, AFTER_OWN_FAILURE);
        }
    }

    private void later(FunctionKey function, long id, Duration wait) {
        try {
            timer.schedule(() -> enqueue(function, id), wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // closing; the call is in the table
        }
    }

    private final class Row implements Held {
        private final FunctionKey function;
        private final long id;
        private @Nullable QueuedCall call;

        Row(FunctionKey function, long id) {
            this.function = function;
            this.id = id;
        }

        @Override
        public FunctionKey function() {
            return function;
        }

        @Override
        public @Nullable QueuedCall load() {
            call = calls.find(id);
            return call;
        }

        @Override
        public void finished() {
            if (call != null) {
                calls.remove(call);
            }
        }

        @Override
        public void again(int attempts, Duration wait) {
            calls.postpone(id, attempts, System.currentTimeMillis() + wait.toMillis());
            later(function, id, wait);
        }

        @Override
        public void dead(int attempts, int status, String reason) {
            calls.leaves(() -> dead.bury(id, attempts, status, reason));
        }

        @Override
        public void release() {
            // it is in the table
        }
    }

    @Override
    public List<DeadLetter> dead(DeadLetter.Selection selection) {
        return dead.list(selection);
    }

    @Override
    public Map<FunctionKey, Integer> deadCounts() {
        return dead.counts();
    }

    @Override
    public int retry(DeadLetter.Selection selection) {
        List<CallTable.Place> places = dead.retry(selection);
        calls.recount();
        places.forEach(place -> taken(place.function(), place.id()));
        return places.size();
    }

    @Override
    public int drop(DeadLetter.Selection selection) {
        return dead.drop(selection);
    }

    @Override
    public void check() {
        database.read(connection -> connection.isValid(1));
    }

    @Override
    public void stop(Duration patience) {
        closing = true;
        timer.shutdownNow();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
                threads.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
