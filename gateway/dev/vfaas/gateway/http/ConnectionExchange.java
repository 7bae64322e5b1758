package dev.vfaas.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An {@link Exchange} over a {@link ClientConnection}: crosses between the handler's thread and the event loop. */
final class ConnectionExchange implements Exchange, RequestSink {
    private final ClientConnection client;
    private final HttpRequest request;
    private final QueryStringDecoder target;
    private final BodyStream body;
    private final HttpHeaders responseHeaders = new DefaultHttpHeaders();
    private final List<Runnable> onDisconnect = new ArrayList<>(0);
    private boolean answered; // handler's thread
    private int status; // handler's thread
    private volatile @Nullable ResponseStream stream;
    private boolean gone; // guarded by onDisconnect

    /** @throws IllegalArgumentException when the request target cannot be decoded */
    ConnectionExchange(ClientConnection client, HttpRequest request) {
        this.client = client;
        this.request = request;
        this.target = new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8);
        target.path(); // decoded here, where a malformed one can still be refused
        target.parameters();
        this.body = new BodyStream(client, this);
    }

    // ---- event loop

    @Override
    public void content(HttpContent content) {
        body.offer(content.content(), content instanceof LastHttpContent);
    }

    @Override
    public void clientGone() {
        List<Runnable> actions;
        synchronized (onDisconnect) {
            gone = true; // before the handler can notice by itself
            actions = List.copyOf(onDisconnect);
        }
        body.fail();
        ResponseStream open = stream;
        if (open != null) {
            open.clientGone();
        }
        actions.forEach(Runnable::run);
    }

    // ---- handler's thread

    boolean answered() {
        return answered;
    }

    /** The answer's status, 0 before there is one. */
    int status() {
        return status;
    }

    String client() {
        return client.address();
    }

    /** What an answered asynchronous call is known by from now on. */
    @Nullable
    String callId() {
        return responseHeaders.get("X-Call-Id");
    }

    boolean isGone() {
        synchronized (onDisconnect) {
            return gone;
        }
    }

    void abort() {
        client.channel().eventLoop().execute(() -> {
            if (client.serves(this)) {
                client.abort();
            }
        });
    }

    /** The handler is through: what it left unread is dropped, what it left open is cut off. */
    void end() {
        body.close();
        ResponseStream open = stream;
        if (open != null && !open.isFinished()) {
            abort();
        }
    }

    @Override
    public void onDisconnect(Runnable action) {
        synchronized (onDisconnect) {
            if (!gone) {
                onDisconnect.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public String method() {
        return request.method().name();
    }

    @Override
    public String path() {
        return target.path();
    }

    @Override
    public String rawPath() {
        int mark = request.uri().indexOf('?');
        return mark < 0 ? request.uri() : request.uri().substring(0, mark);
    }

    @Override
    public @Nullable String query(String name) {
        List<String> values = target.parameters().get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public @Nullable String rawQuery() {
        int mark = request.uri().indexOf('?');
        return mark < 0 ? null : request.uri().substring(mark + 1);
    }

    @Override
    public @Nullable String header(String name) {
        return request.headers().get(name);
    }

    @Override
    public Map<String, String> headers() {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Map.Entry<String, String> entry : request.headers()) {
            all.putIfAbsent(entry.getKey(), entry.getValue());
        }
        return all;
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public void setHeader(String name, String value) {
        responseHeaders.set(name, value);
    }

    @Override
    public void respond(int status, String text) throws IOException {
        respond(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void respond(int status, @Nullable String contentType, byte[] bytes) throws IOException {
        beginAnswer(status, contentType);
        ByteBuf content = Unpooled.wrappedBuffer(bytes);
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), content);
        response.headers().setAll(responseHeaders);
        client.channel().eventLoop().execute(() -> {
            if (client.serves(this)) {
                client.respond(response);
            }
        });
    }

    @Override
    public OutputStream respondStream(int status, @Nullable String contentType, long length) throws IOException {
        beginAnswer(status, contentType);
        if (length >= 0) {
            responseHeaders.set(HttpHeaderNames.CONTENT_LENGTH, length);
        } else {
            responseHeaders.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        DefaultHttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), responseHeaders);
        ResponseStream opened = new ResponseStream(client, this, length, "HEAD".equals(method()));
        stream = opened;
        client.channel().eventLoop().execute(() -> {
            if (client.serves(this)) {
                client.writeHead(response);
                client.flush();
            } else {
                opened.clientGone();
            }
        });
        return opened;
    }

    private void beginAnswer(int status, @Nullable String contentType) throws IOException {
        if (answered) {
            throw new IllegalStateException("already answered");
        }
        answered = true;
        this.status = status;
        if (isGone()) {
            throw new IOException("the client is gone");
        }
        if (contentType != null) {
            responseHeaders.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
    }
}
