package dev.vfaas.gateway.http;

import dev.vfaas.gateway.log.Log;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.Errors;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The listening socket and its connections: finds the route of each request and checks that the client may use it. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails closes the channel, which is how it is noticed
public final class HttpFrontend implements AutoCloseable {
    /** Largest request line and largest sum of headers, bytes. */
    private static final int MAX_LINE = 16 * 1024;

    /** Linux's -EADDRINUSE. */
    private static final int ADDRESS_IN_USE = -98;

    private static final int MAX_HEADERS = 64 * 1024;

    private static final byte[] REGISTRY_REFUSAL =
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\",\"detail\":null}]}"
                    .getBytes(StandardCharsets.US_ASCII);

    private final EventLoops loops;
    private final List<Route> routes;
    private final BasicAuthentication authentication;
    private final Log log;
    private final Idleness idleness;
    private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
    private @Nullable Channel listening;
    private @Nullable Future<?> looks;
    private volatile boolean draining;
    private volatile boolean leaving;

    /** A server that is not yet listening; of {@code routes} the first that matches takes a request. */
    public HttpFrontend(EventLoops loops, List<Route> routes, BasicAuthentication authentication, Log log) {
        this(loops, routes, authentication, log, Idleness.USUAL);
    }

    /** The same with other limits for connections without a request. */
    HttpFrontend(EventLoops loops, List<Route> routes, BasicAuthentication authentication, Log log, Idleness idleness) {
        this.idleness = idleness;
        this.loops = loops;
        this.routes = List.copyOf(routes);
        this.authentication = authentication;
        this.log = log;
    }

    /**
     * Begins to listen.
     *
     * @param port 0 for any free one
     * @return where it listens
     * @throws BindException when the port is taken
     * @throws IOException when it cannot listen for another reason
     */
    public InetSocketAddress listen(String host, int port) throws IOException {
        ServerBootstrap server = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        ResponseEncoder encoder = new ResponseEncoder();
                        channel.pipeline()
                                .addLast(
                                        new HttpRequestDecoder(limits()),
                                        encoder,
                                        new ClientConnection(HttpFrontend.this, channel, encoder));
                    }
                });
        loops.keepAlive().forEach(server::childOption);
        ChannelFuture bound = server.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            if (cause instanceof Errors.NativeIoException nativeError && nativeError.expectedErr() == ADDRESS_IN_USE) {
                throw (BindException) new BindException(cause.getMessage()).initCause(cause);
            }
            throw cause instanceof IOException io ? io : new IOException(cause);
        }
        listening = bound.channel();
        long rhythm = idleness.rhythm().toNanos();
        looks = loops.group().next().scheduleWithFixedDelay(this::look, rhythm, rhythm, TimeUnit.NANOSECONDS);
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private void look() {
        for (ClientConnection connection : connections) {
            connection.channel().eventLoop().execute(() -> connection.closeIfStill(idleness));
        }
    }

    private static HttpDecoderConfig limits() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setMaxChunkSize(64 * 1024);
    }

    RequestSink begin(ClientConnection client, HttpRequest request) {
        String target = request.uri();
        if (target.isEmpty() || target.charAt(0) != '/') {
            target = originForm(target);
            request.setUri(target);
        }
        for (Route route : routes) {
            if (route.matches(target)) {
                if (!allowed(route.access(), request)) {
                    client.respond(refusal(route.access()));
                    return RequestSink.DISCARD;
                }
                return route.handler().begin(client, request);
            }
        }
        client.respond(HttpResponseStatus.NOT_FOUND, "404 page not found\n");
        return RequestSink.DISCARD;
    }

    private boolean allowed(Access access, HttpRequest request) {
        if (access == Access.OPEN) {
            return true;
        }
        String authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return access == Access.REGISTRY && reads
                ? authentication.acceptsReader(authorization)
                : authentication.accepts(authorization);
    }

    /** The path and query of an absolute-form target; others as they are. */
    private static String originForm(String target) {
        int authority = target.indexOf("://");
        if (authority < 0) {
            return target;
        }
        int path = target.indexOf('/', authority + 3);
        return path < 0 ? "/" : target.substring(path);
    }

    private static DefaultFullHttpResponse refusal(Access access) {
        boolean registry = access == Access.REGISTRY;
        byte[] body = registry ? REGISTRY_REFUSAL : "invalid credentials".getBytes(StandardCharsets.US_ASCII);
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.UNAUTHORIZED, Unpooled.wrappedBuffer(body));
        response.headers()
                .set(
                        HttpHeaderNames.WWW_AUTHENTICATE,
                        registry ? "Basic realm=\"vfaas\"" : "Basic realm=\"Restricted\"")
                .set(HttpHeaderNames.CONTENT_TYPE, registry ? "application/json" : "text/plain; charset=utf-8");
        if (registry) {
            response.headers().set("Docker-Distribution-Api-Version", "registry/2.0");
        }
        return response;
    }

    void opened(ClientConnection connection) {
        connections.add(connection);
        if (draining) {
            connection.drain();
        }
    }

    void closed(ClientConnection connection) {
        connections.remove(connection);
    }

    Log log() {
        return log;
    }

    /** From now on each answer tells its client to open another connection, which may be to another gateway; calls are still taken. */
    public void leave() {
        leaving = true;
    }

    boolean leaving() {
        return leaving;
    }

    /** Stops accepting, closes idle connections, and waits for the answers under way, at most {@code patience}. */
    public void drain(Duration patience) throws InterruptedException {
        draining = true;
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
        for (ClientConnection connection : connections) {
            connection.channel().eventLoop().execute(connection::drain);
        }
        long end = System.nanoTime() + patience.toNanos();
        while (!connections.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
    }

    /** Stops listening and closes every connection at once. */
    @Override
    public void close() {
        draining = true;
        if (looks != null) {
            looks.cancel(false);
        }
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
        for (ClientConnection connection : connections) {
            connection.channel().close();
        }
    }
}
