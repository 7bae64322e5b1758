package dev.vfaas.gateway.proxy;

import dev.vfaas.gateway.http.ClientConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.util.ReferenceCountUtil;

/** One direction of a connection that left HTTP (WebSocket and other upgrades): what one side sends, the other gets, as fast as it reads. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails closes the channel, which is how it is noticed
final class Tunnel extends ChannelInboundHandlerAdapter {
    private final Channel peer;

    private Tunnel(Channel peer) {
        this.peer = peer;
    }

    /** Joins both sockets, whose HTTP handlers are taken out; {@code closed} runs once, when the tunnel ends. */
    static void join(ClientConnection client, Channel upstream, Runnable closed) {
        Channel downstream = client.channel();
        downstream.closeFuture().addListener(done -> closed.run());
        upstream.pipeline().addLast(new Tunnel(downstream));
        downstream.pipeline().addLast(new Tunnel(upstream));
        upstream.pipeline().remove(UpstreamConnection.class);
        client.leave(); // first the way out, for taking out a decoder passes on what it held
        upstream.pipeline().remove(HttpClientCodec.class);
        client.leaveInput();
        downstream.config().setAutoRead(true);
        if (!upstream.isActive()) {
            downstream.close();
        } else if (!downstream.isActive()) {
            upstream.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf)) { // the end of the HTTP message that agreed to the change
            ReferenceCountUtil.release(message);
            return;
        }
        peer.write(message, peer.voidPromise());
        if (!peer.isWritable()) {
            peer.flush();
            ctx.channel().config().setAutoRead(peer.isWritable());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        peer.config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
