package dev.vfaas.gateway.queue.nats;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.BodyFiles;
import dev.vfaas.gateway.queue.CallBody;
import dev.vfaas.gateway.queue.CallStore;
import dev.vfaas.gateway.queue.DeadLetter;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.queue.QueuedCall;
import dev.vfaas.gateway.runtime.FunctionKey;
import io.nats.client.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Calls in NATS JetStream, shared by all gateways that name the same server. Each function has a durable consumer of its own, so that a slow one does not
 * hold up the others. A call whose gateway dies is handed out again once its acknowledgement is overdue ({@link Broker#ACK_WAIT}); a running one
 * tells that it goes on.
 */
public final class JetStreamCalls implements CallStore {
    /** A body in the folder that is older than this is none of a running call of a gateway that shares the folder. */
    private static final Duration LEFT_BEHIND = Duration.ofHours(1);

    private static final Duration TELL = Broker.ACK_WAIT.dividedBy(3);

    private final Broker broker;
    private final DeadMessages dead;
    private final Sweep sweep;
    private final BodyFiles bodies;
    private final Path folder;
    private final ToIntFunction<FunctionKey> limit;
    private final Predicate<FunctionKey> exists;
    private final Log log;
    private final Map<FunctionKey, Puller> pullers = new ConcurrentHashMap<>();
    private final Set<Message> held = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Worker worker;
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile Broker.Kept kept = new Broker.Kept(0, 0);
    private @Nullable Thread keeper;

    private JetStreamCalls(
            Broker broker,
            Sweep sweep,
            BodyFiles bodies,
            Path folder,
            ToIntFunction<FunctionKey> limit,
            Predicate<FunctionKey> exists,
            Log log) {
        this.exists = exists;
        this.sweep = sweep;
        this.broker = broker;
        this.dead = new DeadMessages(broker);
        this.bodies = bodies;
        this.folder = folder;
        this.limit = limit;
        this.log = log;
    }

    /**
     * Connects, and makes what is missing on the server; while it cannot be used, that is tried again and calls are refused.
     *
     * @param url {@code nats://host:4222}
     * @param folder of bodies on their way; what a crash left there is removed
     * @param limit how many calls of a function run at a time on this gateway
     * @param exists whether a function is deployed: calls of one that is not are taken until none is left
     * @throws dev.vfaas.gateway.runtime.RuntimeFailure UNAVAILABLE when the folder cannot be used
     */
    public static JetStreamCalls open(
            String url,
            Path folder,
            QueueConfig config,
            ToIntFunction<FunctionKey> limit,
            Predicate<FunctionKey> exists,
            Log log) {
        Broker broker = Broker.connect(url, config, log);
        try {
            BodyFiles bodies = new BodyFiles(folder);
            bodies.keepOnly(Set.of(), LEFT_BEHIND);
            Sweep sweep = new Sweep(broker, config.room(), Sweep.YOUNG, log);
            return new JetStreamCalls(broker, sweep, bodies, folder, limit, exists, log);
        } catch (IOException e) {
            broker.close();
            throw Broker.unavailable("the folder " + folder + " cannot be used", e);
        }
    }

    @Override
    public String kind() {
        return "nats";
    }

    @Override
    public boolean keepsBodyFiles() {
        return false;
    }

    @Override
    public int size() {
        return kept.calls();
    }

    @Override
    public long bytes() {
        return kept.bytes();
    }

    @Override
    public void add(QueuedCall call) {
        String object = null;
        byte[] data = null;
        try {
            switch (call.body()) {
                case CallBody.Bytes(byte[] content) -> data = content;
                case CallBody.Stored(Path file)
                when call.body().length() <= broker.mostInline() -> data = Files.readAllBytes(file);
                case CallBody.Stored(Path file) -> {
                    object = UUID.randomUUID().toString();
                    try (InputStream in = Files.newInputStream(file)) {
                        broker.putBody(object, in);
                    }
                }
            }
        } catch (IOException e) {
            throw Broker.unavailable("the body of the call cannot be queued", e);
        }
        broker.consumer(call.function());
        broker.publishCall(CallMessage.of(call, object), data, UUID.randomUUID().toString());
        bodies.delete(call.body());
        pull(call.function());
    }

    @Override
    public void start(Worker worker) {
        this.worker = worker;
        keeper = Thread.ofVirtual().name("async-keeper").start(this::keep);
        sweep.start();
    }

    /** Finds functions whose calls other gateways accepted, and tells the server which calls still run. */
    private void keep() {
        long told = System.nanoTime();
        while (!ended) {
            if (System.nanoTime() - told > TELL.toNanos()) {
                told = System.nanoTime();
                tell();
            }
            try {
                if (!closing) {
                    broker.functions().forEach(this::pullOrEnd);
                    kept = broker.kept();
                }
            } catch (RuntimeException e) {
                log.warn("the queue does not answer, trying again", "reason", String.valueOf(e.getMessage()));
            }
            try {
                Thread.sleep(Broker.LOOK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Says of each running call that it goes on, whatever else the server cannot answer. */
    private void tell() {
        for (Message message : held) {
            try {
                message.inProgress();
            } catch (RuntimeException e) { // said again in a moment
                log.warn("cannot tell the queue that a call runs", "reason", String.valueOf(e.getMessage()));
                return;
            }
        }
    }

    /** Functions whose calls are taken now. */
    public Set<FunctionKey> taking() {
        return Set.copyOf(pullers.keySet());
    }

    /** Takes the calls of a function that exists, or that was removed and has calls left. */
    private void pullOrEnd(FunctionKey function, long calls) {
        if (calls > 0 || exists.test(function)) {
            pull(function);
        } else {
            Puller idle = pullers.remove(function);
            if (idle != null) {
                idle.stop();
            }
        }
    }

    private void pull(FunctionKey function) {
        Worker worker = this.worker;
        if (worker != null && !closing) {
            pullers.computeIfAbsent(
                    function,
                    key -> new Puller(
                            broker,
                            key,
                            () -> limit.applyAsInt(key),
                            (message, freed) -> run(worker, message, freed),
                            log));
        }
    }

    private void run(Worker worker, Message message, Runnable freed) throws InterruptedException {
        CallMessage call = CallMessage.read(message.getHeaders());
        long early = call.notBefore() - System.currentTimeMillis();
        if (early > 0) {
            freed.run();
            message.nakWithDelay(early);
            return;
        }
        held.add(message);
        try {
            worker.run(new HeldMessage(message, call, broker, bodies, folder), freed);
        } catch (RuntimeException e) {
            log.error("asynchronous call interrupted by a failure, it is run again", e, "call", call.callId());
            message.nakWithDelay(Broker.ACK_WAIT);
        } finally {
            held.remove(message);
        }
    }

    @Override
    public int waiting() {
        return kept.calls();
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
        return dead.retry(selection, this::pull);
    }

    @Override
    public int drop(DeadLetter.Selection selection) {
        return dead.drop(selection);
    }

    @Override
    public void check() {
        broker.check();
    }

    @Override
    public void stop(Duration patience) {
        closing = true;
        long end = System.nanoTime() + patience.toNanos();
        try {
            pullers.values().forEach(Puller::stop);
            for (Puller puller : pullers.values()) {
                puller.await(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            endKeeper(); // until here it told that calls go on
        }
    }

    private void endKeeper() {
        ended = true;
        if (keeper != null) {
            keeper.interrupt();
        }
    }

    @Override
    public void close() {
        closing = true;
        sweep.close();
        endKeeper();
        pullers.values().forEach(Puller::kill);
        broker.close();
    }
}
