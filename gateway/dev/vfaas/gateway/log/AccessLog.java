package dev.vfaas.gateway.log;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line for each request that was answered. Whoever tells of a request never waits: a thread of the log's own writes, and when it
 * cannot keep up, entries are left out and their number is written. Queries and headers are not logged: they may hold secrets.
 */
public final class AccessLog implements AutoCloseable {
    private static final int MOST_WAITING = 32 * 1024;

    /** Milliseconds between two writings: under load a thread that woke for each line would cost more than the lines. */
    private static final int PAUSE = 20;

    private static final long MICROS = 1_000_000;
    private static final Entry END = new Entry(Instant.EPOCH, "", null, null, "", "", 0, 0, null);

    private final OutputStream out;
    private final Log log;
    private final ArrayBlockingQueue<Entry> entries = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong leftOut = new AtomicLong();
    private final Thread writer;
    private volatile boolean failed;

    /**
     * A request and its answer.
     *
     * @param time of the answer's end
     * @param client IP address
     * @param callId of a call of a function
     * @param function {@code name.namespace}, null for a request of the gateway's own
     * @param path without the query
     * @param status 499 when the client went away before the answer was whole
     * @param nanos from the request's head to the answer's end
     * @param replica that answered, if one did
     */
    public record Entry(
            Instant time,
            String client,
            @Nullable String callId,
            @Nullable String function,
            String method,
            String path,
            int status,
            long nanos,
            @Nullable String replica) {}

    /**
     * Writes to {@code out}, which is closed with the log.
     *
     * @param log is told, once, when writing fails
     */
    public AccessLog(OutputStream out, Log log) {
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.log = log;
        this.writer = Thread.ofPlatform().daemon().name("access-log").start(this::write);
    }

    /** Tells of a request. Does not block. */
    public void add(Entry entry) {
        if (!entries.offer(entry)) {
            leftOut.incrementAndGet();
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very end is meant
    private void write() {
        List<Entry> batch = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        boolean ended = false;
        try {
            while (!ended) {
                batch.clear();
                lines.setLength(0);
                batch.add(entries.take());
                entries.drainTo(batch);
                for (Entry entry : batch) {
                    if (entry == END) {
                        ended = true;
                    } else {
                        append(lines, entry);
                    }
                }
                long missing = leftOut.getAndSet(0);
                if (missing > 0) {
                    lines.append("{\"time\":\"")
                            .append(Instant.now())
                            .append("\",\"leftOut\":")
                            .append(missing)
                            .append("}\n");
                }
                put(lines);
                if (!ended) {
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(StringBuilder lines) {
        try {
            out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                log.error("the access log cannot be written", e);
            }
            failed = true;
        }
    }

    private static void append(StringBuilder line, Entry entry) {
        line.append("{\"time\":\"").append(entry.time()).append('"');
        member(line, "call", entry.callId());
        member(line, "function", entry.function());
        member(line, "method", entry.method());
        member(line, "path", entry.path());
        line.append(",\"status\":").append(entry.status());
        long micros = (entry.nanos() + 500) / 1000;
        line.append(",\"seconds\":").append(micros / MICROS).append('.');
        line.append(Long.toString(MICROS + micros % MICROS), 1, 7);
        member(line, "client", entry.client());
        member(line, "replica", entry.replica());
        line.append("}\n");
    }

    private static void member(StringBuilder line, String name, @Nullable String value) {
        if (value == null) {
            return;
        }
        line.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f) {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }

    /** Writes what waits and closes the output. */
    @Override
    public void close() throws IOException {
        try {
            entries.put(END);
            writer.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        out.close();
    }
}
