package dev.vfaas.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The threads that move bytes, and the kind of sockets they use: epoll where the kernel has it, else NIO. */
public final class EventLoops implements AutoCloseable {
    /**
     * After 30 s of silence the peer's kernel is asked whether the connection is still there, and after three questions in vain it is not. No
     * TCP_USER_TIMEOUT: it would also end a connection whose peer lives but does not read for a while. What is not acknowledged ends by itself.
     */
    private static final Map<ChannelOption<Integer>, Integer> KEEP_ALIVE = Map.of(
            EpollChannelOption.TCP_KEEPIDLE,
            30,
            EpollChannelOption.TCP_KEEPINTVL,
            10,
            EpollChannelOption.TCP_KEEPCNT,
            3);

    private final EventLoopGroup group;
    private final boolean epoll;

    /** Starts {@code threads} event loops. */
    public EventLoops(int threads) {
        epoll = Epoll.isAvailable();
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("event-loop", true), factory);
    }

    /** All event loops. */
    public EventLoopGroup group() {
        return group;
    }

    /** The class of listening sockets. */
    public Class<? extends ServerChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** The class of connecting sockets. */
    public Class<? extends Channel> socketChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** With SO_KEEPALIVE: options of connections that make a peer whose machine died unnoticed be noticed within a minute; empty where there are none. */
    public Map<ChannelOption<Integer>, Integer> keepAlive() {
        return epoll ? KEEP_ALIVE : Map.of();
    }

    /** Ends the threads within two seconds. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
