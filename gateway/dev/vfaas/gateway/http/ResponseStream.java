package dev.vfaas.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A response's body: each write is sent at once, and waits while the client has much to read yet. */
final class ResponseStream extends OutputStream {
    private static final int HIGH = 512 * 1024;

    private final ClientConnection client;
    private final RequestSink owner;
    private final long length;
    private final boolean empty;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sent = lock.newCondition();
    private long written;
    private long unsent;
    private boolean gone;
    private boolean finished;

    /**
     * @param length bytes that will be written, -1 when unknown
     * @param empty whether what is written is not sent, as in an answer to HEAD
     */
    ResponseStream(ClientConnection client, RequestSink owner, long length, boolean empty) {
        this.client = client;
        this.owner = owner;
        this.length = length;
        this.empty = empty;
    }

    /** Writers get an IOException from now on. */
    void clientGone() {
        lock.lock();
        try {
            gone = true;
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was closed after as many bytes as were announced. */
    boolean isFinished() {
        lock.lock();
        try {
            return finished;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
        int from = offset;
        int left = count;
        while (left > 0) {
            int piece = Math.min(left, 64 * 1024);
            send(source, from, piece);
            from += piece;
            left -= piece;
        }
    }

    private void send(byte[] source, int offset, int count) throws IOException {
        lock.lock();
        try {
            while (unsent > HIGH && !gone) {
                sent.awaitUninterruptibly();
            }
            if (gone) {
                throw new IOException("the client is gone");
            }
            if (finished) {
                throw new IOException("the response is closed");
            }
            written += count;
            if (length >= 0 && written > length) {
                throw new IOException("more than the " + length + " bytes that were announced");
            }
            if (empty) {
                return;
            }
            unsent += count;
        } finally {
            lock.unlock();
        }
        ByteBuf buffer = client.channel().alloc().directBuffer(count).writeBytes(source, offset, count);
        client.channel().eventLoop().execute(() -> {
            if (client.serves(owner)) {
                ChannelFuture done = client.channel().writeAndFlush(new DefaultHttpContent(buffer));
                done.addListener(ignored -> acknowledge(count));
            } else {
                buffer.release();
                clientGone();
            }
        });
    }

    private void acknowledge(int count) {
        lock.lock();
        try {
            unsent -= count;
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the response; a response shorter than announced is cut off, so that the client notices. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (finished || gone) {
                return;
            }
            if (length >= 0 && written != length && !empty) {
                return; // the exchange aborts what is not finished
            }
            finished = true;
        } finally {
            lock.unlock();
        }
        client.channel().eventLoop().execute(() -> {
            if (client.serves(owner)) {
                client.write(LastHttpContent.EMPTY_LAST_CONTENT);
                client.flush();
                client.finish();
            }
        });
    }
}
