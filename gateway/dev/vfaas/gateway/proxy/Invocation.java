package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.ClientConnection;
import dev.vfaas.gateway.http.RequestSink;
import dev.vfaas.gateway.metrics.FunctionSeries;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call, from its request's head to the end of its answer, all of it on one event loop. It holds a place at an endpoint from the moment one is
 * chosen until {@link #leaveEndpoint}, which every ending passes through.
 */
@SuppressWarnings({
    "FutureReturnValueIgnored", // a write that fails closes the channel, which is how it is noticed
    "ReferenceEquality" // this very endpoint is meant
})
final class Invocation implements RequestSink {
    /** Status of calls whose client went away, in the metrics only (as nginx counts them). */
    private static final int CLIENT_CLOSED = 499;

    private final FunctionProxy proxy;
    private final UpstreamPool pool;
    private final ClientConnection client;
    private final HttpRequest request;
    private final LiveFunction function;
    private final FunctionSeries series;
    private final long startedNanos = System.nanoTime();
    private final String callId;
    private final String startTime;
    private final @Nullable String upgrade;

    private @Nullable Endpoint endpoint;
    private @Nullable Endpoint refusedBy;
    private @Nullable UpstreamConnection upstream;
    private @Nullable ArrayDeque<HttpContent> pending;
    private int rounds;
    private int status = CLIENT_CLOSED;
    private boolean over;
    private boolean onReused;
    private boolean bodySent;
    private boolean requestDone;
    private boolean responseBegun;
    private boolean interim;
    private boolean upstreamKeepsAlive;
    private boolean reading = true;

    // Kept by the pool: its watch over silent replicas.
    long deadlineNanos;
    boolean watched;

    @Nullable
    Invocation before;

    @Nullable
    Invocation after;

    Invocation(
            FunctionProxy proxy,
            UpstreamPool pool,
            ClientConnection client,
            HttpRequest request,
            LiveFunction function,
            FunctionSeries series) {
        this.proxy = proxy;
        this.pool = pool;
        this.client = client;
        this.request = request;
        this.function = function;
        this.series = series;
        String given = request.headers().get(CallHeaders.CALL_ID);
        this.callId = given == null || given.isEmpty() ? CallHeaders.newCallId() : given;
        this.startTime = CallHeaders.now();
        this.upgrade = CallHeaders.upgrade(request.headers());
    }

    void start() {
        function.load().begin();
        series.started();
        CallHeaders.toUpstream(request, client.address(), callId, startTime, upgrade);
        connect();
    }

    // ---- finding a replica

    private void connect() {
        Endpoint chosen = choose(function.endpoints());
        if (chosen == null) {
            hold();
            return;
        }
        endpoint = chosen;
        UpstreamConnection idle = upgrade == null ? pool.idle(chosen) : null;
        if (idle != null) {
            onReused = true;
            use(idle);
        } else {
            onReused = false;
            pool.connect(chosen).addListener(done -> connected((ChannelFuture) done, chosen));
        }
    }

    /** The endpoint with the fewest calls in flight that takes one more; not the one that just refused a connection. */
    private @Nullable Endpoint choose(List<Endpoint> endpoints) {
        int size = endpoints.size();
        Endpoint best = null;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            Endpoint candidate = endpoints.get(i);
            int inFlight = candidate == refusedBy ? Integer.MAX_VALUE : candidate.inFlight();
            if (inFlight < least) {
                best = candidate;
                least = inFlight;
            }
        }
        if (best == null || best.tryAcquire()) {
            return best;
        }
        for (int i = 0; i < size; i++) {
            Endpoint candidate = endpoints.get(i);
            if (candidate != best && candidate != refusedBy && candidate.tryAcquire()) {
                return candidate;
            }
        }
        return null;
    }

    /** No replica takes the call now: it waits for one, its body unread. */
    private void hold() {
        refusedBy = null;
        long left = proxy.activationTimeout().toNanos() - (System.nanoTime() - startedNanos);
        if (left <= 0) {
            noReplica();
            return;
        }
        if (rounds == 0) {
            pool.loop().schedule(this::holdExpired, left, TimeUnit.NANOSECONDS);
        }
        int round = rounds++;
        function.activate().whenComplete((done, failure) -> pool.loop().execute(() -> activated(round, failure)));
    }

    private void activated(int round, @Nullable Throwable failure) {
        if (over || upstream != null || endpoint != null) {
            return;
        }
        if (failure != null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            int code = cause instanceof RuntimeFailure refused ? BlockingRequests.status(refused.kind()) : 500;
            fail(HttpResponseStatus.valueOf(code), "Can't reach service for: " + name() + ". " + message(cause));
        } else if (round == 0) {
            connect();
        } else { // replicas come and go: give them a moment
            pool.loop().schedule(this::retry, Math.min(5L << Math.min(round, 6), 250), TimeUnit.MILLISECONDS);
        }
    }

    private static String message(@Nullable Throwable cause) {
        return cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    }

    private void retry() {
        if (!over && upstream == null && endpoint == null) {
            connect();
        }
    }

    private void holdExpired() {
        if (!over && upstream == null && endpoint == null) {
            noReplica();
        }
    }

    private void noReplica() {
        fail(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "No endpoints available for: " + name() + ". No replica became ready within "
                        + proxy.activationTimeout().toMillis() + " ms");
    }

    private void connected(ChannelFuture done, Endpoint target) {
        if (over) {
            done.channel().close();
        } else if (done.isSuccess()) {
            use(done.channel().pipeline().get(UpstreamConnection.class));
        } else {
            target.unreachable();
            leaveEndpoint();
            refusedBy = target;
            connect();
        }
    }

    private void use(UpstreamConnection connection) {
        upstream = connection;
        connection.attach(this);
        pool.watch(this);
        client.sendContinue();
        Channel channel = connection.channel();
        channel.write(request, channel.voidPromise());
        ArrayDeque<HttpContent> held = pending;
        if (held != null) {
            pending = null;
            for (HttpContent content = held.poll(); content != null; content = held.poll()) {
                forward(connection, content);
            }
        }
        if (!reading) {
            channel.flush();
        }
        if (channel.isWritable()) {
            client.resumeReading();
        }
    }

    // ---- the request's way

    @Override
    public void content(HttpContent content) {
        requestDone |= content instanceof LastHttpContent;
        UpstreamConnection connection = upstream;
        if (over) {
            content.release();
        } else if (connection != null) {
            forward(connection, content);
        } else {
            if (pending == null) {
                pending = new ArrayDeque<>(4);
            }
            pending.add(content);
            if (content.content().isReadable()) {
                client.pauseReading();
            }
        }
    }

    private void forward(UpstreamConnection connection, HttpContent content) {
        Channel channel = connection.channel();
        if (content.content().isReadable()) {
            bodySent = true;
            if (!responseBegun) {
                pool.watch(this); // progress
            }
        }
        channel.write(content, channel.voidPromise());
        if (!channel.isWritable()) {
            channel.flush();
            if (!channel.isWritable()) { // it may have taken all of it just now
                client.pauseReading();
            }
        }
    }

    @Override
    public void readComplete() {
        reading = false;
        UpstreamConnection connection = upstream;
        if (connection != null) {
            connection.channel().flush();
        }
    }

    void upstreamWritabilityChanged(boolean writable) {
        if (writable) {
            client.resumeReading();
        }
    }

    // ---- the answer's way

    void response(HttpResponse response) {
        int code = response.status().code();
        if (response.decoderResult().isFailure()) {
            broken("sent what is not HTTP");
            return;
        }
        interim = code < 200 && code != 101;
        if (interim) {
            return; // 100 was answered here, other hints are not passed on
        }
        pool.unwatch(this);
        responseBegun = true;
        status = code;
        if (code == 101) {
            if (upgrade == null) {
                status = 502;
                broken("switched protocols without being asked");
            } else {
                CallHeaders.toTunnel(response, callId, startTime, proxy.servedBy());
                tunnel(response);
            }
            return;
        }
        upstreamKeepsAlive = HttpUtil.isKeepAlive(response);
        boolean bodyless = code == 204 || code == 304 || HttpMethod.HEAD.equals(request.method());
        CallHeaders.toClient(response, callId, startTime, proxy.servedBy(), bodyless);
        client.writeHead(response);
    }

    void responseContent(HttpContent content) {
        if (interim) {
            interim = !(content instanceof LastHttpContent);
            content.release();
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            broken("sent a malformed body");
            return;
        }
        boolean last = content instanceof LastHttpContent;
        client.write(content);
        if (last) {
            complete();
        } else if (!client.isWritable()) {
            client.flush();
            if (!client.isWritable() && upstream != null) {
                upstream.pauseReading();
            }
        }
    }

    void responseReadComplete() {
        client.flush();
    }

    @Override
    public void writabilityChanged() {
        UpstreamConnection connection = upstream;
        if (connection != null && client.isWritable()) {
            connection.resumeReading();
        }
    }

    // ---- endings

    private void complete() {
        UpstreamConnection connection = upstream;
        over();
        if (connection != null) {
            connection.detach(requestDone && upstreamKeepsAlive);
        }
        client.flush();
        client.finish();
    }

    /** The replica closed its connection before its answer was whole. */
    void upstreamClosed() {
        upstream = null;
        if (responseBegun) {
            over();
            client.abort();
        } else if (onReused && !bodySent && isIdempotent(request.method())) {
            // The connection died while it was idle: nothing tells that the call reached the function, and it may be
            // repeated.
            pool.unwatch(this);
            leaveEndpoint();
            if (requestDone) {
                content(LastHttpContent.EMPTY_LAST_CONTENT);
            }
            connect();
        } else {
            fail(HttpResponseStatus.BAD_GATEWAY, "Can't reach service for: " + name() + ". It closed the connection");
        }
    }

    private static boolean isIdempotent(HttpMethod method) {
        return HttpMethod.GET.equals(method)
                || HttpMethod.HEAD.equals(method)
                || HttpMethod.OPTIONS.equals(method)
                || HttpMethod.PUT.equals(method)
                || HttpMethod.DELETE.equals(method);
    }

    private void broken(String what) {
        if (client.headSent()) {
            dropUpstream();
            over();
            client.abort();
        } else {
            fail(HttpResponseStatus.BAD_GATEWAY, "Can't reach service for: " + name() + ". It " + what);
        }
    }

    void timedOut() {
        fail(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "Timed out: " + name() + " did not answer within "
                        + proxy.upstreamTimeout().toMillis() + " ms");
    }

    @Override
    public void clientGone() {
        if (!over) {
            status = CLIENT_CLOSED;
            dropUpstream();
            over();
        }
    }

    /** Ends a call whose answer has not begun, with an answer of the gateway's own. */
    private void fail(HttpResponseStatus why, String text) {
        if (over) {
            return;
        }
        status = why.code();
        dropUpstream();
        over();
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, why, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
        answer.headers().set("Content-Type", "text/plain; charset=utf-8");
        answer.headers().set(CallHeaders.INTERNAL, "proxy");
        CallHeaders.toClient(answer, callId, startTime, proxy.servedBy(), true);
        client.respond(answer);
    }

    private void dropUpstream() {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.detach(false);
        }
    }

    /** The books are closed, once, whatever the ending was. */
    private void over() {
        over = true;
        upstream = null;
        pool.unwatch(this);
        leaveEndpoint();
        ArrayDeque<HttpContent> held = pending;
        if (held != null) {
            pending = null;
            held.forEach(HttpContent::release);
        }
        series.finished(status, System.nanoTime() - startedNanos);
        function.load().end();
    }

    private void leaveEndpoint() {
        Endpoint left = endpoint;
        endpoint = null;
        if (left != null) {
            left.release();
        }
    }

    private String name() {
        return function.key().name();
    }

    // ---- other protocols

    /** Both sides agreed on another protocol: from now on bytes pass as they are, until either side closes. */
    private void tunnel(HttpResponse response) {
        UpstreamConnection connection = upstream;
        if (connection == null) {
            return;
        }
        client.writeHead(response);
        client.write(LastHttpContent.EMPTY_LAST_CONTENT);
        client.flush();
        connection.detachForTunnel();
        Tunnel.join(client, connection.channel(), () -> {
            if (!over) {
                over();
            }
        });
    }
}
