package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.http.EventLoops;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to replicas, and the watches over replicas that stay silent. Idle connections are closed after a time shorter than
 * the keep-alive timeout of any common server, so that a call does not meet a connection its replica is just closing.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails closes the channel, which is how it is noticed
final class UpstreamPool {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final int CONNECT_MILLIS = 5_000;

    private final EventLoop loop;
    private final EventLoops loops;
    private final SilenceWatch usual;
    private final Map<Long, SilenceWatch> longer = new HashMap<>();
    private final Log log;
    private final IdentityHashMap<Endpoint, ArrayDeque<UpstreamConnection>> idle = new IdentityHashMap<>();
    private final Repetition.Budget kept = new Repetition.Budget();
    private boolean sweeping;

    /** @param timeout how long replicas may stay silent, of functions that do not ask for more */
    UpstreamPool(EventLoop loop, EventLoops loops, Duration timeout, Log log) {
        this.log = log;
        this.loop = loop;
        this.loops = loops;
        this.usual = new SilenceWatch(loop, timeout.toNanos());
    }

    Log log() {
        return log;
    }

    /** What calls of this loop may keep of their bodies. */
    Repetition.Budget kept() {
        return kept;
    }

    EventLoop loop() {
        return loop;
    }

    /** An idle connection, the one used last; null when there is none. */
    @Nullable
    UpstreamConnection idle(Endpoint endpoint) {
        ArrayDeque<UpstreamConnection> connections = idle.get(endpoint);
        if (connections == null) {
            return null;
        }
        for (UpstreamConnection c = connections.pollLast(); c != null; c = connections.pollLast()) {
            if (c.channel().isActive()) {
                return c;
            }
        }
        return null;
    }

    /** Connects anew. */
    ChannelFuture connect(Endpoint endpoint) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.socketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        HttpDecoderConfig config = new HttpDecoderConfig()
                                .setMaxInitialLineLength(16 * 1024)
                                .setMaxHeaderSize(256 * 1024)
                                .setMaxChunkSize(64 * 1024)
                                .setHeadersFactory(DefaultHttpHeadersFactory.headersFactory()
                                        .withValidation(false));
                        channel.pipeline()
                                .addLast(
                                        new HttpClientCodec(config, false, false),
                                        new UpstreamConnection(UpstreamPool.this, endpoint, channel));
                    }
                });
        loops.keepAlive().forEach(bootstrap::option);
        return bootstrap.connect(new InetSocketAddress(endpoint.host(), endpoint.port()));
    }

    /** Takes back a connection for later calls. */
    void keep(UpstreamConnection connection) {
        connection.idleSince(System.nanoTime());
        idle.computeIfAbsent(connection.endpoint(), e -> new ArrayDeque<>()).addLast(connection);
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, 1, TimeUnit.SECONDS);
        }
    }

    /** Drops a connection that its replica closed. */
    void forget(UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> connections = idle.get(connection.endpoint());
        if (connections != null) {
            connections.remove(connection);
            if (connections.isEmpty()) {
                idle.remove(connection.endpoint());
            }
        }
    }

    private void sweep() {
        long oldest = System.nanoTime() - IDLE_NANOS;
        for (Iterator<ArrayDeque<UpstreamConnection>> queues = idle.values().iterator(); queues.hasNext(); ) {
            ArrayDeque<UpstreamConnection> queue = queues.next();
            for (UpstreamConnection c = queue.peekFirst(); c != null && c.idleSince() < oldest; c = queue.peekFirst()) {
                queue.removeFirst();
                c.channel().close();
            }
            if (queue.isEmpty()) {
                queues.remove();
            }
        }
        sweeping = !idle.isEmpty();
        if (sweeping) {
            loop.schedule(this::sweep, 1, TimeUnit.SECONDS);
        }
    }

    /** The watch over replicas of a function that asks for so much time for its answers, 0 when it asks for none. */
    SilenceWatch watch(long askedNanos) {
        if (askedNanos <= usual.timeoutNanos()) {
            return usual;
        }
        SilenceWatch watch = longer.get(askedNanos);
        if (watch == null) {
            longer.values().removeIf(SilenceWatch::isIdle); // of deployments that are no more, say
            watch = new SilenceWatch(loop, askedNanos);
            longer.put(askedNanos, watch);
        }
        return watch;
    }
}
