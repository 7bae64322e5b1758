package dev.vfaas.function;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a client sends, buffered, with one deadline for a whole request. Not for several threads. */
final class Input {
    /** Headers of a request, all together. */
    static final int MOST_HEADER_BYTES = 1 << 20;

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[16 << 10];
    private int position;
    private int end;
    private long deadline; // System.nanoTime; 0 is none
    private int headerBytes;

    Input(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** Waits for a request's first byte. False when none comes: the client closed, or was idle for too long. */
    boolean await(Duration idle) throws IOException {
        headerBytes = 0;
        if (position < end) {
            return true;
        }
        limit(idle);
        try {
            return fill();
        } catch (HttpError idleForTooLong) {
            return false;
        }
    }

    /** From now on reading may take this long, zero is no limit; exceeded, reads throw a 408. */
    void limit(Duration time) {
        deadline = time.isZero() ? 0 : System.nanoTime() + time.toNanos();
    }

    /** A line of the head without its end, in ISO 8859-1. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (position == end && !fill()) {
                throw new EOFException("the client closed the connection within a request");
            }
            int from = position;
            while (position < end && buffer[position] != '\n') {
                position++;
            }
            headerBytes += position - from + 1;
            if (headerBytes > MOST_HEADER_BYTES) {
                throw new HttpError(431, "Request Header Fields Too Large");
            }
            line.append(new String(buffer, from, position - from, StandardCharsets.ISO_8859_1));
            if (position < end) {
                position++;
                int length = line.length();
                return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
            }
        }
    }

    /** Up to {@code length} bytes of a body, at least one; -1 at the connection's end. */
    int read(byte[] target, int offset, int length) throws IOException {
        if (position == end) {
            if (length >= buffer.length) {
                return receive(target, offset, length);
            }
            if (!fill()) {
                return -1;
            }
        }
        int n = Math.min(length, end - position);
        System.arraycopy(buffer, position, target, offset, n);
        position += n;
        return n;
    }

    private boolean fill() throws IOException {
        int n = receive(buffer, 0, buffer.length);
        position = 0;
        end = Math.max(0, n);
        return n > 0;
    }

    private int receive(byte[] target, int offset, int length) throws IOException {
        int milliseconds = 0;
        if (deadline != 0) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new HttpError(408, "Request Timeout");
            }
            milliseconds = (int) Math.min(left, Integer.MAX_VALUE);
        }
        socket.setSoTimeout(milliseconds);
        try {
            return in.read(target, offset, length);
        } catch (SocketTimeoutException late) {
            throw new HttpError(408, "Request Timeout");
        }
    }
}
