package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.http.ClientConnection;
import dev.vfaas.gateway.http.RequestSink;
import dev.vfaas.gateway.runtime.Endpoint;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call, from its request's head to the end of its answer, all of it on one event loop. It holds a place at an endpoint from the moment one is
 * chosen until {@link #over}, which every ending passes through.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, which is how it is noticed
final class Invocation implements RequestSink {
    /** Status of calls whose client went away, in the metrics only (as nginx counts them). */
    private static final int CLIENT_CLOSED = 499;

    private final FunctionProxy proxy;
    private final UpstreamPool pool;
    private final ClientConnection client;
    private final HttpRequest request;
    private final Call call;
    private final @Nullable String upgrade;
    private final ReplicaSearch search;
    private final Repetition repetition;
    private final SilenceWatch silence;

    private @Nullable UpstreamConnection upstream;
    private @Nullable ArrayDeque<HttpContent> pending;
    private int status = CLIENT_CLOSED;
    private boolean over;
    private boolean requestDone;
    private boolean responseBegun;
    private boolean interim;
    private boolean upstreamKeepsAlive;
    private boolean reading = true;

    // Kept by the watch over silent replicas.
    long deadlineNanos;
    boolean watched;

    @Nullable
    Invocation before;

    @Nullable
    Invocation after;

    Invocation(FunctionProxy proxy, UpstreamPool pool, ClientConnection client, HttpRequest request, Call call) {
        this.proxy = proxy;
        this.pool = pool;
        this.client = client;
        this.request = request;
        this.call = call;
        this.silence = pool.watch(call.function().answerNanos());
        this.upgrade = CallHeaders.upgrade(request.headers());
        this.repetition =
                new Repetition(request.method(), call.function().deployment().annotations(), pool.kept());
        this.search = new ReplicaSearch(call, pool, proxy.activationTimeout(), upgrade != null, this);
    }

    void start() {
        call.prepare(request, client.address(), upgrade);
        search.begin();
    }

    /** A connection was found. */
    void use(UpstreamConnection connection) {
        upstream = connection;
        connection.attach(this);
        silence.watch(this);
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
        if (content.content().isReadable() && !responseBegun) {
            silence.watch(this); // progress
        }
        repetition.sent(content);
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
        silence.unwatch(this);
        responseBegun = true;
        repetition.forget();
        status = code;
        if (code == 101) {
            if (upgrade == null) {
                status = 502;
                broken("switched protocols without being asked");
            } else {
                call.prepareTunnel(response);
                tunnel(response);
            }
            return;
        }
        upstreamKeepsAlive = HttpUtil.isKeepAlive(response);
        boolean bodyless = code == 204 || code == 304 || HttpMethod.HEAD.equals(request.method());
        call.prepare(response, bodyless);
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
        } else if (upgrade == null && repetition.take()) {
            silence.unwatch(this);
            Endpoint lost = call.leavePlace();
            pending = repetition.takeBody();
            call.repeated();
            search.beginWithout(lost);
        } else {
            fail(
                    HttpResponseStatus.BAD_GATEWAY,
                    "Can't reach service for: " + call.name() + ". It closed the connection");
        }
    }

    private void broken(String what) {
        if (client.headSent()) {
            dropUpstream();
            over();
            client.abort();
        } else {
            fail(HttpResponseStatus.BAD_GATEWAY, "Can't reach service for: " + call.name() + ". It " + what);
        }
    }

    void timedOut() {
        fail(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "Timed out: " + call.name() + " did not answer within "
                        + TimeUnit.NANOSECONDS.toMillis(silence.timeoutNanos()) + " ms");
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
    void fail(HttpResponseStatus why, String text) {
        if (over) {
            return;
        }
        status = why.code();
        dropUpstream();
        over();
        client.respond(call.answer(why, text));
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
        search.cancel();
        upstream = null;
        silence.unwatch(this);
        repetition.forget();
        ArrayDeque<HttpContent> held = pending;
        if (held != null) {
            pending = null;
            held.forEach(HttpContent::release);
        }
        call.close(status);
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
