package dev.vfaas.gateway.queue.nats;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.QueueConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what nobody needs from taking the room of calls: the oldest dead letters beyond their bytes, and bodies that no call and no dead letter names, as
 * the stream's own limits on dead letters and calls that could not be queued leave them. Each gateway does so; several at a time do no harm.
 */
final class Sweep implements AutoCloseable {
    /** A younger body may be one whose call is on its way. */
    static final Duration YOUNG = Duration.ofHours(1);

    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration CROWDED = Duration.ofMinutes(1);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final Broker broker;
    private final QueueConfig.Room room;
    private final Duration young;
    private final Log log;
    private volatile boolean closed;
    private @Nullable Thread thread;

    /** @param young bodies that are younger stay */
    Sweep(Broker broker, QueueConfig.Room room, Duration young, Log log) {
        this.broker = broker;
        this.room = room;
        this.young = young;
        this.log = log;
    }

    /** Sweeps from now on: at once, each hour, and each minute while less than a quarter of the room is left. */
    void start() {
        thread = Thread.ofVirtual().name("async-sweep").start(this::repeat);
    }

    private void repeat() {
        long last = 0;
        boolean swept = false;
        try {
            while (!closed) {
                try {
                    boolean crowded = broker.kept().bytes() > room.calls() / 4 * 3;
                    long passed = System.nanoTime() - last;
                    if (!swept || passed > USUAL.toNanos() || crowded && passed > CROWDED.toNanos()) {
                        sweep();
                        swept = true;
                        last = System.nanoTime();
                    }
                } catch (RuntimeException e) {
                    if (closed) {
                        return;
                    }
                    log.warn("cannot tidy the queue, trying again", "reason", String.valueOf(e.getMessage()));
                }
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private record Letter(long sequence, @Nullable String object, long bytes) {}

    /** Once, now. Blocks; throws UNAVAILABLE. */
    void sweep() {
        List<String> old = broker.bodies(Instant.now().minus(young));
        Set<String> named = new HashSet<>();
        List<Letter> letters = letters(named);
        if (!old.isEmpty()) {
            broker.calls(message -> {
                String object = CallMessage.read(message.getHeaders()).object();
                if (object != null) {
                    named.add(object);
                }
            });
            letters = letters(named); // again: one that was a call until a moment ago
            old.stream().filter(object -> !named.contains(object)).forEach(broker::deleteBody);
        }
        long bytes = 0;
        for (Letter letter : letters.reversed()) {
            bytes += letter.bytes();
            if (bytes > room.dead()) {
                broker.deleteDead(letter.sequence());
                broker.deleteBody(letter.object());
            }
        }
    }

    private List<Letter> letters(Set<String> named) {
        List<Letter> letters = new ArrayList<>();
        broker.deadLetters(null, message -> {
            CallMessage call = CallMessage.read(message.getHeaders());
            letters.add(new Letter(message.getSeq(), call.object(), call.bytes()));
            if (call.object() != null) {
                named.add(call.object());
            }
        });
        return letters;
    }

    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
