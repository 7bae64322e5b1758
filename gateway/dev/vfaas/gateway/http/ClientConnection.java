package dev.vfaas.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: its requests one after the other, pipelined ones waiting their turn. Everything here runs on the connection's event loop.
 */
@SuppressWarnings({
    "FutureReturnValueIgnored", // a write that fails closes the channel, which is how it is noticed
    "ReferenceEquality" // this very sink is meant
})
public final class ClientConnection extends ChannelInboundHandlerAdapter {
    /** Bytes of an unwanted request body that are read so that the connection can be kept, or that the client sees the answer. */
    private static final long LINGER_BYTES = 1 << 20;

    private static final ByteBuf CONTINUE = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer().writeBytes("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

    private final HttpFrontend frontend;
    private final Channel channel;
    private final ResponseEncoder encoder;
    private final ArrayDeque<Object> waiting = new ArrayDeque<>(0);
    private final Stillness stillness = new Stillness();
    private @Nullable ChannelHandlerContext context;
    private String address = "";

    private RequestSink sink = RequestSink.DISCARD;
    private boolean busy;
    private boolean requestComplete = true;
    /** Bytes of the request's body as its head says; -1 when it does not. */
    private long declared = -1;

    private boolean expectsContinue;
    private boolean keepAlive;
    private boolean oldVersion;
    private boolean headRequest;
    private boolean headSent;
    private boolean draining;
    private boolean lingering;
    private boolean dispatching;
    private boolean paused;
    private boolean left;
    private long discarded;

    ClientConnection(HttpFrontend frontend, Channel channel, ResponseEncoder encoder) {
        this.frontend = frontend;
        this.channel = channel;
        this.encoder = encoder;
    }

    // ---- what handlers use

    /** The connection's socket. */
    public Channel channel() {
        return channel;
    }

    /** The client's IP address. */
    public String address() {
        return address;
    }

    /** Whether the whole request has arrived. */
    public boolean requestComplete() {
        return requestComplete;
    }

    /** Whether the response's head is on its way, so that no other can be sent. */
    public boolean headSent() {
        return headSent;
    }

    /** Whether {@code sink} is the one whose request is being answered. */
    boolean serves(RequestSink candidate) {
        return busy && sink == candidate;
    }

    /** Whether more can be written before the client has read some. */
    public boolean isWritable() {
        return channel.isWritable();
    }

    /** Stops reading the request's body, so that the client has to wait. */
    public void pauseReading() {
        if (!paused) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    /** Goes on reading. */
    public void resumeReading() {
        if (paused && waiting.isEmpty()) {
            paused = false;
            channel.config().setAutoRead(true);
        }
    }

    /** Asks a client that waits for it (Expect: 100-continue) for the body; nothing for others. */
    public void sendContinue() {
        if (expectsContinue) {
            expectsContinue = false;
            ChannelHandlerContext outer = ctx().pipeline().context(ResponseEncoder.class);
            if (outer != null && !headSent) {
                outer.writeAndFlush(CONTINUE.duplicate());
            }
        }
    }

    /** Begins the response. Its headers say how its end is found: a length, chunked, or neither, which ends the connection. */
    public void writeHead(HttpResponse response) {
        headSent = true;
        HttpHeaders headers = response.headers();
        if (oldVersion && headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
            keepAlive = false;
        }
        if (draining || frontend.leaving()) {
            keepAlive = false;
        }
        if (response.status().code() == 101) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        } else if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldVersion) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        encoder.head(headRequest);
        ctx().write(response, channel.voidPromise());
    }

    /** Writes a piece of the response's body. */
    public void write(HttpContent content) {
        ctx().write(content, channel.voidPromise());
    }

    /** Sends what was written. */
    public void flush() {
        ctx().flush();
    }

    /** The response is written to its end: the connection turns to the next request, or closes. */
    public void finish() {
        if (!busy) {
            return;
        }
        busy = false;
        sink = RequestSink.DISCARD;
        if (!requestComplete && (expectsContinue || !keepAlive)) {
            linger();
        } else if (!keepAlive || draining) {
            lingering = true;
            ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            discarded = 0;
            next();
        }
    }

    /** Ends the connection at once, so that the client sees that the response is not whole. */
    public void abort() {
        ctx().close();
    }

    /** Answers with a whole small response. */
    public void respond(HttpResponseStatus status, @Nullable String contentType, byte[] body) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        if (contentType != null) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        respond(response);
    }

    /** Answers with text/plain. */
    public void respond(HttpResponseStatus status, String text) {
        respond(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with a whole small response, which gets its length here. */
    public void respond(DefaultFullHttpResponse response) {
        int code = response.status().code();
        if (code != 204 && code != 304) {
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        }
        if (!requestComplete && (expectsContinue || declared > LINGER_BYTES)) {
            keepAlive = false; // the rest of the request is not waited for, and the client must know it
        }
        writeHead(response);
        ctx().flush();
        finish();
    }

    /** Leaves the socket, after a 101, to the handler at the end of its pipeline: what is written from now on is sent as it is. */
    public void leave() {
        left = true;
        busy = false;
        sink = RequestSink.DISCARD;
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.remove(this);
        pipeline.remove(encoder);
    }

    /** Completes {@link #leave}: bytes that came early, and all that follow, go to the handler at the end of the pipeline as they are. */
    public void leaveInput() {
        channel.pipeline().remove(HttpRequestDecoder.class);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context, "not in a pipeline");
    }

    // ---- what the socket tells

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (channel.remoteAddress() instanceof InetSocketAddress remote) {
            address = remote.getAddress().getHostAddress();
        }
        frontend.opened(this);
        channel.closeFuture().addListener(closed -> frontend.closed(this));
    }

    @Override
    public void channelRead(ChannelHandlerContext unused, Object message) {
        stillness.message();
        if (lingering) {
            discard(message);
        } else if (!waiting.isEmpty() || (busy && requestComplete)) {
            waiting.add(message);
            pauseReading();
        } else {
            dispatch(message);
        }
    }

    private void dispatch(Object message) {
        if (message instanceof HttpRequest request) {
            begin(request);
            return;
        }
        HttpContent content = (HttpContent) message;
        if (requestComplete) { // the end of a message that was refused whole
            content.release();
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            refuse(HttpResponseStatus.BAD_REQUEST, "bad request: malformed body");
            return;
        }
        if (content instanceof LastHttpContent) {
            requestComplete = true;
        }
        if (busy) {
            sink.content(content);
        } else {
            discard(content);
        }
    }

    private void begin(HttpRequest request) {
        busy = true;
        requestComplete = false;
        headSent = false;
        keepAlive = HttpUtil.isKeepAlive(request);
        oldVersion = !request.protocolVersion().isKeepAliveDefault();
        headRequest = HttpMethod.HEAD.equals(request.method());
        HttpHeaders headers = request.headers();
        declared = request.decoderResult().isFailure() ? -1 : HttpUtil.getContentLength(request, -1L);
        expectsContinue = !oldVersion && headers.contains(HttpHeaderNames.EXPECT);
        if (request.decoderResult().isFailure()) {
            ReferenceCountUtil.release(request);
            refuse(request.decoderResult().cause());
            return;
        }
        if (!oldVersion && !headers.contains(HttpHeaderNames.HOST)) {
            refuse(HttpResponseStatus.BAD_REQUEST, "bad request: no Host header");
            return;
        }
        RequestSink taken = frontend.begin(this, request);
        if (busy) {
            sink = taken;
        }
    }

    private void refuse(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            refuse(HttpResponseStatus.REQUEST_URI_TOO_LONG, "bad request: the request line is too long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            refuse(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "bad request: the headers are too large");
        } else {
            refuse(HttpResponseStatus.BAD_REQUEST, "bad request: not HTTP/1.1");
        }
    }

    /** Answers what cannot be understood and ends the connection, for nothing after it can be trusted. */
    private void refuse(HttpResponseStatus status, String text) {
        RequestSink told = sink;
        boolean begun = headSent;
        sink = RequestSink.DISCARD;
        told.clientGone();
        keepAlive = false;
        if (begun || !busy) {
            ctx().close();
        } else {
            respond(status, text);
        }
    }

    private void discard(Object message) {
        if (message instanceof HttpContent content) {
            discarded += content.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (discarded > LINGER_BYTES && !lingering) {
            linger();
        }
    }

    /** Closes so that a client that still sends gets to see the answer: a plain close would reset the connection under it. */
    private void linger() {
        lingering = true;
        ctx().flush();
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        resumeReading();
        if (channel instanceof SocketChannel socket) {
            ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> socket.shutdownOutput());
        }
        ctx().executor().schedule(() -> ctx().close(), 2, TimeUnit.SECONDS);
    }

    private void next() {
        if (dispatching) {
            return; // the loop below goes on
        }
        dispatching = true;
        boolean dispatched = false;
        try {
            while (!busy || !requestComplete) {
                Object message = waiting.poll();
                if (message == null) {
                    resumeReading();
                    break;
                }
                dispatch(message);
                dispatched = true;
            }
            if (dispatched) {
                sink.readComplete();
            }
        } finally {
            dispatching = false;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext unused) {
        stillness.readComplete(!busy);
        sink.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext unused) {
        sink.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext unused) {
        for (Object message = waiting.poll(); message != null; message = waiting.poll()) {
            ReferenceCountUtil.release(message);
        }
        if (busy) {
            busy = false;
            lingering = true;
            RequestSink told = sink;
            sink = RequestSink.DISCARD;
            told.clientGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext unused, Throwable cause) {
        if (!(cause instanceof IOException)) {
            frontend.log().error("connection failed", cause);
        }
        ctx().close();
    }

    /** Closes the connection when no request has come for too long. */
    void closeIfStill(Idleness limits) {
        if (stillness.tooLong(!busy && !left, limits)) {
            ctx().close();
        }
    }

    /** No further request after the current one; a tunnel, which has no natural end, is closed. */
    void drain() {
        draining = true;
        if (!busy) {
            channel.close();
        }
    }
}
