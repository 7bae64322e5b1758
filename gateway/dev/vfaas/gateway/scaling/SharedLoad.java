package dev.vfaas.gateway.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.Peers;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The load that this gateway and its peers see together; each peer is asked for its counters ({@code GET /system/load}) at each look. One that does not
 * answer counts with what it told last, and the load is then not complete. Calls are counted from the first answer of a peer on, so that one that
 * joins, leaves or starts anew is no sudden load. Used by one thread.
 */
public final class SharedLoad implements LoadSource, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(800);

    private static final class Sum {
        private long started;
        private long lastActivityNanos;

        private Sum(long nanos) {
            lastActivityNanos = nanos;
        }
    }

    private record Asked(Peers.Peer peer, CompletableFuture<HttpResponse<byte[]>> answer) {}

    private final LoadSource own = new LocalLoad();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<FunctionKey, Sum> sums = new HashMap<>();
    private final Map<String, Map<FunctionKey, LoadReport.Entry>> told = new HashMap<>();
    private final Map<String, String> silent = new HashMap<>();
    private final Peers peers;
    private final Secret authorization;
    private final Consumer<String> log;
    private @Nullable HttpClient client;

    /**
     * @param authorization value of the header that peers accept
     * @param log takes a line when a peer begins or ends being silent
     */
    public SharedLoad(Peers peers, Secret authorization, Consumer<String> log) {
        this.peers = peers;
        this.authorization = authorization;
        this.log = log;
    }

    @Override
    public void refresh() {
        List<Peers.Peer> others = peers.others();
        List<String> ids = others.stream().map(Peers.Peer::id).toList();
        told.keySet().retainAll(ids);
        silent.keySet().retainAll(ids);
        List<Asked> asked = others.stream().map(this::ask).toList();
        for (Asked one : asked) {
            String why = hear(one);
            String id = one.peer().id();
            if (why == null) {
                if (silent.remove(id) != null) {
                    log.accept("the gateway at " + one.peer().address() + " tells its load again");
                }
            } else if (silent.put(id, why) == null) {
                log.accept("the gateway at " + one.peer().address() + " does not tell its load: " + why
                        + "; nothing is scaled down meanwhile");
            }
        }
    }

    private Asked ask(Peers.Peer peer) {
        HttpClient http = client;
        if (http == null) { // most gateways are alone and need none
            http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .connectTimeout(PATIENCE)
                    .build();
            client = http;
        }
        HttpRequest request = HttpRequest.newBuilder(peer.address().resolve("/system/load"))
                .header("Authorization", authorization.revealText())
                .timeout(PATIENCE)
                .build();
        return new Asked(peer, http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
    }

    /** Takes in a peer's answer; why there is none, or null. */
    private @Nullable String hear(Asked asked) {
        try {
            HttpResponse<byte[]> response = asked.answer().join();
            if (response.statusCode() == 401) {
                return "it has another password";
            }
            if (response.statusCode() != 200) {
                return "status " + response.statusCode();
            }
            take(asked.peer().id(), json.readValue(response.body(), LoadReport.class));
            return null;
        } catch (java.util.concurrent.CompletionException e) {
            return String.valueOf(e.getCause());
        } catch (IOException e) {
            return "what it says is no load";
        }
    }

    private void take(String id, LoadReport report) {
        long now = System.nanoTime();
        Map<FunctionKey, LoadReport.Entry> before = told.get(id);
        Map<FunctionKey, LoadReport.Entry> entries = new HashMap<>();
        for (LoadReport.Entry entry : report.functions()) {
            entries.put(entry.key(), entry);
            long active = now - Math.max(0, entry.idleMillis()) * 1_000_000;
            Sum sum = sums.computeIfAbsent(entry.key(), _ -> new Sum(active));
            if (active - sum.lastActivityNanos > 0) {
                sum.lastActivityNanos = active;
            }
            LoadReport.Entry last = before == null ? entry : before.get(entry.key());
            sum.started += Math.max(0, entry.started() - (last == null ? 0 : last.started()));
        }
        told.put(id, entries);
    }

    @Override
    public ObservedLoad of(LiveFunction function) {
        ObservedLoad here = own.of(function);
        Sum sum = sums.get(function.key());
        int inFlight = here.inFlight();
        for (Map<FunctionKey, LoadReport.Entry> entries : told.values()) {
            LoadReport.Entry entry = entries.get(function.key());
            inFlight += entry == null ? 0 : entry.inFlight();
        }
        Duration idle = here.idle();
        if (sum != null) {
            Duration there = Duration.ofNanos(Math.max(0, System.nanoTime() - sum.lastActivityNanos));
            idle = there.compareTo(idle) < 0 ? there : idle;
        }
        return new ObservedLoad(
                inFlight, here.started() + (sum == null ? 0 : sum.started), idle, Double.NaN, silent.isEmpty());
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
