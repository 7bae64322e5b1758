package dev.vfaas.gateway.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A request's body between the event loop that receives it and the thread that reads it; the client waits while much of it is unread. */
final class BodyStream extends InputStream {
    private static final int HIGH = 256 * 1024;
    private static final int LOW = 64 * 1024;

    private final ClientConnection client;
    private final RequestSink owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
    private long unread;
    private boolean ended;
    private boolean failed;
    private boolean closed;
    private boolean paused;
    private boolean asked;

    BodyStream(ClientConnection client, RequestSink owner) {
        this.client = client;
        this.owner = owner;
    }

    /** Takes a piece that the event loop received, and its ownership. */
    void offer(ByteBuf piece, boolean last) {
        lock.lock();
        try {
            ended |= last;
            if (closed || !piece.isReadable()) {
                piece.release();
            } else {
                pieces.add(piece);
                unread += piece.readableBytes();
                if (unread > HIGH && !paused) {
                    paused = true;
                    client.pauseReading();
                }
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The client is gone: readers get an IOException. */
    void fail() {
        lock.lock();
        try {
            failed = true;
            release();
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            if (!asked) {
                asked = true;
                if (!ended) {
                    client.channel().eventLoop().execute(this::ask);
                }
            }
            while (pieces.isEmpty() && !ended && !failed && !closed) {
                arrived.awaitUninterruptibly();
            }
            if (failed) {
                throw new IOException("the client went away before the whole body had arrived");
            }
            ByteBuf piece = pieces.peek();
            if (piece == null) {
                return -1;
            }
            int count = Math.min(length, piece.readableBytes());
            piece.readBytes(target, offset, count);
            unread -= count;
            if (!piece.isReadable()) {
                pieces.remove();
                piece.release();
            }
            if (paused && unread < LOW) {
                goOn();
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return (int) Math.min(unread, Integer.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    /** The rest is not wanted. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            release();
            if (paused) {
                goOn();
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void ask() {
        if (client.serves(owner)) {
            client.sendContinue();
        }
    }

    private void goOn() {
        paused = false;
        client.channel().eventLoop().execute(() -> {
            if (client.serves(owner)) {
                client.resumeReading();
            }
        });
    }

    private void release() {
        for (ByteBuf piece = pieces.poll(); piece != null; piece = pieces.poll()) {
            piece.release();
        }
        unread = 0;
    }
}
