package dev.vfaas.gateway.proxy;

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
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to replicas, and the watch over replicas that stay silent. Idle connections are closed after a time shorter than
 * the keep-alive timeout of any common server, so that a call does not meet a connection its replica is just closing.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails closes the channel, which is how it is noticed
final class UpstreamPool {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final int CONNECT_MILLIS = 5_000;

    private final EventLoop loop;
    private final Class<? extends Channel> channelType;
    private final long timeoutNanos;
    private final Log log;
    private final IdentityHashMap<Endpoint, ArrayDeque<UpstreamConnection>> idle = new IdentityHashMap<>();
    private final Repetition.Budget kept = new Repetition.Budget();
    private boolean sweeping;
    private boolean watching;

    // Invocations that wait for an answer's head, the one whose time ends first at the front.
    private @Nullable Invocation first;
    private @Nullable Invocation last;

    UpstreamPool(EventLoop loop, Class<? extends Channel> channelType, Duration timeout, Log log) {
        this.log = log;
        this.loop = loop;
        this.channelType = channelType;
        this.timeoutNanos = timeout.toNanos();
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
        return new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
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
                })
                .connect(new InetSocketAddress(endpoint.host(), endpoint.port()));
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

    /** Begins to watch, or gives a call that made progress its full time again. */
    void watch(Invocation invocation) {
        unwatch(invocation);
        invocation.deadlineNanos = System.nanoTime() + timeoutNanos;
        invocation.watched = true;
        invocation.before = last;
        if (last == null) {
            first = invocation;
        } else {
            last.after = invocation;
        }
        last = invocation;
        if (!watching) {
            watching = true;
            loop.schedule(this::expire, timeoutNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the watch over a call. */
    void unwatch(Invocation invocation) {
        if (!invocation.watched) {
            return;
        }
        invocation.watched = false;
        Invocation before = invocation.before;
        Invocation after = invocation.after;
        invocation.before = null;
        invocation.after = null;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
    }

    private void expire() {
        long now = System.nanoTime();
        for (Invocation i = first; i != null && i.deadlineNanos - now <= 0; i = first) {
            unwatch(i);
            i.timedOut();
        }
        Invocation next = first;
        watching = next != null;
        if (next != null) {
            loop.schedule(this::expire, Math.max(next.deadlineNanos - now, 1_000_000), TimeUnit.NANOSECONDS);
        }
    }
}
