package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.runtime.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A connection to a replica: in use by one invocation, or idle in the pool of its event loop. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails closes the channel, which is how it is noticed
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final UpstreamPool pool;
    private final Endpoint endpoint;
    private final Channel channel;
    private @Nullable Invocation invocation;
    private boolean paused;
    private long idleSinceNanos;

    UpstreamConnection(UpstreamPool pool, Endpoint endpoint, Channel channel) {
        this.pool = pool;
        this.endpoint = endpoint;
        this.channel = channel;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Channel channel() {
        return channel;
    }

    void attach(Invocation user) {
        invocation = user;
    }

    /** Ends the use by an invocation; the connection is kept when both messages were read and written to their end. */
    void detach(boolean reusable) {
        invocation = null;
        resumeReading();
        if (reusable && channel.isActive()) {
            pool.keep(this);
        } else {
            channel.close();
        }
    }

    /** The connection leaves HTTP; who uses it from now on sees to its end. */
    void detachForTunnel() {
        invocation = null;
        resumeReading();
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    long idleSince() {
        return idleSinceNanos;
    }

    void pauseReading() {
        if (!paused) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    void resumeReading() {
        if (paused) {
            paused = false;
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Invocation user = invocation;
        if (user == null) { // an answer to nothing
            ReferenceCountUtil.release(message);
            ctx.close();
        } else if (message instanceof HttpResponse response) {
            user.response(response);
        } else if (message instanceof HttpContent content) {
            user.responseContent(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Invocation user = invocation;
        if (user != null) {
            user.responseReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Invocation user = invocation;
        if (user != null) {
            user.upstreamWritabilityChanged(channel.isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Invocation user = invocation;
        invocation = null;
        if (user == null) {
            pool.forget(this);
        } else {
            user.upstreamClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            pool.log().error("a call failed", cause, "replica", endpoint.replica());
        }
        ctx.close(); // channelInactive tells the invocation
    }
}
