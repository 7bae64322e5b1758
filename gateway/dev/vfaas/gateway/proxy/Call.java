package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.log.AccessLog;
import dev.vfaas.gateway.metrics.FunctionSeries;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.LiveFunction;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A call's identity and its books: what it counts for in metrics and load, and the place it holds at a replica. Used on one event loop. */
@SuppressWarnings("ReferenceEquality") // this very endpoint is meant
final class Call {
    private final LiveFunction function;
    private final FunctionSeries series;
    private final String servedBy;
    private final String id;
    private final String startTime;
    private final long startedNanos = System.nanoTime();
    private final @Nullable AccessLog accessLog;
    private final String client;
    private final String method;
    private final String target;
    private @Nullable Endpoint endpoint;
    private @Nullable String replica;

    /**
     * Opens the books; {@link #close} must follow.
     *
     * @param client IP address
     * @param accessLog is told how it ended, null for none
     */
    Call(
            LiveFunction function,
            FunctionSeries series,
            String servedBy,
            HttpRequest request,
            String client,
            @Nullable AccessLog accessLog) {
        this.accessLog = accessLog;
        this.client = client;
        this.method = request.method().name();
        this.target = request.uri();
        this.function = function;
        this.series = series;
        this.servedBy = servedBy;
        String given = request.headers().get(CallHeaders.CALL_ID);
        this.id = given == null || given.isEmpty() ? CallHeaders.newCallId() : given;
        this.startTime = CallHeaders.now();
        function.load().begin();
        series.started();
    }

    LiveFunction function() {
        return function;
    }

    /** The function's name as messages show it. */
    String name() {
        return function.key().name();
    }

    long elapsedNanos() {
        return System.nanoTime() - startedNanos;
    }

    /** Whether it holds a place at a replica. */
    boolean hasPlace() {
        return endpoint != null;
    }

    /**
     * Takes a place at the replica with the fewest calls in flight.
     *
     * @param except not this one, which just refused a connection
     * @return null when no replica takes one more
     */
    @Nullable
    Endpoint takePlace(@Nullable Endpoint except) {
        List<Endpoint> endpoints = function.endpoints();
        int size = endpoints.size();
        Endpoint best = null;
        int least = Integer.MAX_VALUE;
        // from anywhere, so that replicas with as few calls take turns
        int start = size > 1 ? ThreadLocalRandom.current().nextInt(size) : 0;
        for (int i = 0; i < size; i++) {
            Endpoint candidate = endpoints.get((start + i) % size);
            int inFlight = candidate == except ? Integer.MAX_VALUE : candidate.inFlight();
            if (inFlight < least) {
                best = candidate;
                least = inFlight;
            }
        }
        if (best != null && !best.tryAcquire()) {
            Endpoint refused = best;
            best = null;
            for (int i = 0; i < size && best == null; i++) {
                Endpoint candidate = endpoints.get((start + i) % size);
                if (candidate != refused && candidate != except && candidate.tryAcquire()) {
                    best = candidate;
                }
            }
        }
        endpoint = best;
        if (best != null) {
            replica = best.replica();
        }
        return best;
    }

    /** Gives the place back, if it holds one; returns whose it was. */
    @Nullable
    Endpoint leavePlace() {
        Endpoint left = endpoint;
        endpoint = null;
        if (left != null) {
            left.release();
        }
        return left;
    }

    /** It is sent to another replica. */
    void repeated() {
        series.repeated();
    }

    /** Closes the books, once. */
    void close(int status) {
        leavePlace();
        long nanos = elapsedNanos();
        series.finished(status, nanos);
        function.load().end();
        if (accessLog != null) {
            int query = target.indexOf('?');
            accessLog.add(new AccessLog.Entry(
                    Instant.now(),
                    client,
                    id,
                    function.key().toString(),
                    method,
                    query < 0 ? target : target.substring(0, query),
                    status,
                    nanos,
                    replica));
        }
    }

    /** Makes the client's request the replica's. */
    void prepare(HttpRequest request, String clientAddress, @Nullable String upgrade) {
        CallHeaders.toUpstream(request, clientAddress, id, startTime, upgrade);
    }

    /** Makes the replica's answer the client's. */
    void prepare(HttpResponse response, boolean bodyless) {
        CallHeaders.toClient(response, id, startTime, servedBy, bodyless);
    }

    /** Makes the replica's consent to another protocol the client's. */
    void prepareTunnel(HttpResponse response) {
        CallHeaders.toTunnel(response, id, startTime, servedBy);
    }

    /** An answer of the gateway's own. */
    DefaultFullHttpResponse answer(HttpResponseStatus status, String text) {
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        answer.headers().set(CallHeaders.INTERNAL, "proxy");
        prepare(answer, true);
        return answer;
    }
}
