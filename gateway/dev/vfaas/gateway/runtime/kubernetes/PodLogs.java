package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.openfaas.LogMessage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.fabric8.kubernetes.client.dsl.Loggable;
import io.fabric8.kubernetes.client.dsl.PrettyLoggable;
import io.fabric8.kubernetes.client.dsl.TailPrettyLoggable;
import io.fabric8.kubernetes.client.dsl.TimeTailPrettyLoggable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a function's logs: what there is of all replicas, in the order of the nodes' clocks, then what they write as it comes, those of new
 * replicas too. However much that is, only a line of each replica is held, or the few that are asked for. A line is at most {@value #LONGEST_LINE} characters long here; longer ones are cut.
 */
final class PodLogs {
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LOOK_MILLIS = 500;
    private static final int QUEUE = 64;
    private static final int LONGEST_TIME = 64;

    /** What is shown when neither a time nor a number of lines is asked for, as OpenFaaS does. */
    private static final Duration USUAL_PAST = Duration.ofMinutes(5);

    private final Cluster cluster;
    private final Supplier<@Nullable KubernetesFunction> function;
    private final LogQuery query;
    private final @Nullable Instant since;
    private final LogSink sink;
    private final BlockingQueue<LogMessage> lines = new ArrayBlockingQueue<>(QUEUE);
    private final Map<String, LogWatch> followed = new ConcurrentHashMap<>();
    private final Map<String, Instant> last = new ConcurrentHashMap<>();

    /** @param function the one asked about, null when it is removed */
    PodLogs(Cluster cluster, Supplier<@Nullable KubernetesFunction> function, LogQuery query, LogSink sink) {
        this.cluster = cluster;
        this.function = function;
        this.query = query;
        this.since = query.since() == null && query.tail() <= 0 ? Instant.now().minus(USUAL_PAST) : query.since();
        this.sink = sink;
    }

    /** Reads until the query is satisfied, the sink refuses, the function is removed or the thread is interrupted. */
    void run() throws InterruptedException {
        try {
            if (past() && query.follow()) {
                follow();
            }
        } finally {
            followed.values().forEach(LogWatch::close);
        }
    }

    private List<Pod> pods() {
        KubernetesFunction now = function.get();
        return now == null
                ? List.of()
                : now.pods().stream()
                        .filter(pod -> query.instance() == null
                                || query.instance().equals(pod.getMetadata().getName()))
                        .toList();
    }

    /** What has been written so far; false when no more is wanted. */
    private boolean past() {
        List<BufferedReader> readers = new ArrayList<>();
        List<LogMerge.Source> sources = new ArrayList<>();
        try {
            for (Pod pod : pods()) {
                try {
                    BufferedReader reader = new BufferedReader(
                            loggable(pod, since, query.tail()).getLogReader());
                    readers.add(reader);
                    sources.add(() -> next(pod, reader));
                } catch (KubernetesClientException e) {
                    // it has not started, or is gone meanwhile
                }
            }
            return new LogMerge(sources, sources.size() > 1 ? query.tail() : 0).into(sink);
        } finally {
            readers.forEach(PodLogs::closeQuietly);
        }
    }

    private @Nullable LogMessage next(Pod pod, BufferedReader reader) {
        try {
            for (String line = line(reader); line != null; line = line(reader)) {
                LogMessage message = message(pod, line);
                if (message != null) {
                    return message;
                }
            }
        } catch (KubernetesClientException | IOException e) {
            // it is gone meanwhile
        }
        return null;
    }

    private static void closeQuietly(BufferedReader reader) {
        try {
            reader.close();
        } catch (IOException e) {
            // nothing more is wanted of it
        }
    }

    /** The next line, cut where it gets too long; null at the end. */
    static @Nullable String line(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = reader.read()) {
            if (line.length() < LONGEST_LINE + LONGEST_TIME) {
                line.append((char) next);
            }
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    private void follow() throws InterruptedException {
        while (function.get() != null && !Thread.interrupted()) {
            for (Pod pod : pods()) {
                if (PodState.began(pod)
                        && !followed.containsKey(pod.getMetadata().getName())) {
                    join(pod);
                }
            }
            LogMessage message = lines.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            for (; message != null; message = lines.poll()) {
                if (!sink.accept(message)) {
                    return;
                }
            }
        }
    }

    private void join(Pod pod) {
        String name = pod.getMetadata().getName();
        Instant seen = last.get(name);
        try {
            LogWatch watch = loggable(pod, seen == null ? since : seen, 0).watchLog();
            followed.put(name, watch);
            Thread.ofVirtual().name("log-" + name).start(() -> pump(pod, watch, seen));
        } catch (KubernetesClientException e) {
            // tried again at the next look
        }
    }

    private void pump(Pod pod, LogWatch watch, @Nullable Instant seen) {
        String name = pod.getMetadata().getName();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(watch.getOutput(), StandardCharsets.UTF_8))) {
            for (String line = line(reader); line != null; line = line(reader)) {
                LogMessage message = message(pod, line);
                if (message != null
                        && (seen == null || Instant.parse(message.timestamp()).isAfter(seen))) {
                    lines.put(message);
                }
            }
            Thread.sleep(LOOK_MILLIS); // its container ended; it may start again
        } catch (IOException e) {
            // closed, by us or by the API
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watch.close();
            followed.remove(name, watch);
        }
    }

    private Loggable loggable(Pod pod, @Nullable Instant since, int tail) {
        TimeTailPrettyLoggable log = cluster.logs()
                .pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .usingTimestamps();
        TailPrettyLoggable later = since == null
                ? log
                : log.sinceTime(since.truncatedTo(ChronoUnit.SECONDS).toString());
        PrettyLoggable some = tail > 0 ? later.tailingLines(tail) : later;
        return some.withReadyWaitTimeout(0);
    }

    /** A line the API gave, {@code TIME TEXT}, null when it is none or was given before. */
    private @Nullable LogMessage message(Pod pod, String line) {
        int space = line.indexOf(' ');
        if (space < 0) {
            return null;
        }
        String name = pod.getMetadata().getName();
        Instant time;
        try {
            time = Instant.parse(line.substring(0, space));
        } catch (DateTimeParseException e) {
            return null;
        }
        last.merge(name, time, (a, b) -> a.isAfter(b) ? a : b);
        String text = line.substring(space + 1);
        return new LogMessage(
                query.function().name(),
                query.function().namespace(),
                name,
                time.toString(),
                (text.length() > LONGEST_LINE ? text.substring(0, LONGEST_LINE) : text) + "\n");
    }
}
