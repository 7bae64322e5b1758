package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.openfaas.LogMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Answers one query from a function's log. */
final class LogReader {
    private static final int CHUNK = 1 << 16;

    private final FunctionLog log;
    private final LogQuery query;
    private final LogSink sink;
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private long position;

    LogReader(FunctionLog log, LogQuery query, LogSink sink) {
        this.log = log;
        this.query = query;
        this.sink = sink;
    }

    /** Sends what the query wants to the sink; see {@link dev.vfaas.gateway.runtime.FunctionRuntime#logs}. */
    void run() throws InterruptedException, IOException {
        long end = log.end();
        if (query.tail() > 0) {
            Deque<LogMessage> last = new ArrayDeque<>();
            read(end, message -> {
                if (last.size() == query.tail()) {
                    last.removeFirst();
                }
                return last.add(message);
            });
            for (LogMessage message : last) {
                if (!sink.accept(message)) {
                    return;
                }
            }
        } else if (!read(end, sink)) {
            return;
        }
        while (query.follow() && log.awaitMore(position)) {
            if (!read(log.end(), sink)) {
                return;
            }
        }
    }

    /** Reads from the position up to {@code end}; false when the sink refused. */
    private boolean read(long end, LogSink to) throws IOException, InterruptedException {
        byte[] chunk = new byte[CHUNK];
        while (position < end) {
            FunctionLog.Stretch stretch = log.at(position);
            if (stretch == null) {
                return true;
            }
            if (stretch.position() != position) {
                partial.reset(); // lines in between are gone
                position = stretch.position();
            }
            try (RandomAccessFile file = new RandomAccessFile(stretch.file().toFile(), "r")) {
                file.seek(stretch.from());
                long left = stretch.to() - stretch.from();
                while (left > 0) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    int count = file.read(chunk, 0, (int) Math.min(chunk.length, left));
                    if (count < 0) {
                        position += left; // cut by someone else
                        break;
                    }
                    left -= count;
                    position += count;
                    if (!lines(chunk, count, to)) {
                        return false;
                    }
                }
            } catch (java.io.FileNotFoundException e) {
                if (log.at(position) instanceof FunctionLog.Stretch next
                        && next.file().equals(stretch.file())) {
                    return true; // removed from outside
                }
            }
        }
        return true;
    }

    private boolean lines(byte[] chunk, int count, LogSink to) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (chunk[i] == '\n') {
                partial.write(chunk, start, i - start);
                start = i + 1;
                LogMessage message = message(partial.toString(StandardCharsets.UTF_8));
                partial.reset();
                if (message != null && !to.accept(message)) {
                    return false;
                }
            }
        }
        partial.write(chunk, start, count - start);
        return true;
    }

    private @Nullable LogMessage message(String line) {
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        if (first < 0 || second < 0) {
            return null;
        }
        String timestamp = line.substring(0, first);
        String instance = line.substring(first + 1, second);
        if (query.instance() != null && !query.instance().equals(instance)) {
            return null;
        }
        Instant since = query.since();
        try {
            if (since != null && Instant.parse(timestamp).isBefore(since)) {
                return null;
            }
        } catch (DateTimeParseException e) {
            return null;
        }
        return new LogMessage(
                query.function().name(),
                query.function().namespace(),
                instance,
                timestamp,
                line.substring(second + 1) + "\n");
    }
}
