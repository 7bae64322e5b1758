package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.openfaas.LogMessage;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Lines of several replicas in the order of their times, with one line of each in memory. */
final class LogMerge {
    /** Most characters kept while the last lines are looked for; when they are longer than that together, fewer are given. */
    static final int MOST_KEPT = 8 * 1024 * 1024;

    private final PriorityQueue<Head> heads = new PriorityQueue<>(Comparator.comparing(Head::time));
    private final int tail;

    /** The lines of one replica, oldest first. */
    interface Source {
        /** The next line, null when there is none. */
        @Nullable
        LogMessage next();
    }

    private record Head(Instant time, LogMessage message, Source source) {}

    /** @param tail only so many, the last ones; 0 or less for all */
    LogMerge(List<Source> sources, int tail) {
        this.tail = tail;
        sources.forEach(this::take);
    }

    private void take(Source source) {
        LogMessage message = source.next();
        if (message != null) {
            heads.add(new Head(Instant.parse(message.timestamp()), message, source));
        }
    }

    private @Nullable LogMessage next() {
        Head first = heads.poll();
        if (first == null) {
            return null;
        }
        take(first.source());
        return first.message();
    }

    /** Gives all to the sink; false when it wants no more. */
    boolean into(LogSink sink) {
        if (tail > 0) {
            for (LogMessage message : last()) {
                if (!sink.accept(message)) {
                    return false;
                }
            }
            return true;
        }
        for (LogMessage message = next(); message != null; message = next()) {
            if (!sink.accept(message)) {
                return false;
            }
        }
        return true;
    }

    private Deque<LogMessage> last() {
        Deque<LogMessage> last = new ArrayDeque<>();
        long kept = 0;
        for (LogMessage message = next(); message != null; message = next()) {
            last.addLast(message);
            kept += message.text().length();
            while (last.size() > tail || kept > MOST_KEPT) {
                kept -= last.removeFirst().text().length();
            }
        }
        return last;
    }
}
