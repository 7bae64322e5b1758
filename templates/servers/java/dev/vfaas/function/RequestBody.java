package dev.vfaas.function;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A request's body: of a known length or chunked. Reading it first tells a client that waits for it to continue. */
final class RequestBody extends InputStream {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Input input;
    private final OutputStream connection;
    private final boolean chunked;
    private boolean awaited; // the client waits for 100 Continue
    private long left; // of the body, or of a chunk
    private boolean ended;
    private boolean begun;
    private HttpError error;
    private Preview preview;

    RequestBody(Input input, OutputStream connection, RequestHead head) {
        this.input = input;
        this.connection = connection;
        this.chunked = head.length() < 0;
        this.left = Math.max(0, head.length());
        this.ended = head.length() == 0;
        this.awaited = !ended && head.expectsContinue();
    }

    /** Shows the body's beginning there. */
    void previewIn(Preview shown) {
        preview = shown;
    }

    /** What was wrong with the body as it was sent; null if nothing was. */
    synchronized HttpError error() {
        return error;
    }

    /** True when the client has not sent the body and will not before it is told to. */
    synchronized boolean awaited() {
        return awaited;
    }

    /** Reads away what is left, at most that much; true when the body has ended. */
    synchronized boolean skipRest(long most) throws IOException {
        byte[] waste = new byte[16 << 10];
        for (long skipped = 0; !ended && skipped < most; ) {
            int n = read(waste, 0, waste.length);
            skipped += Math.max(0, n);
        }
        return ended;
    }

    @Override
    public synchronized int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) throws IOException {
        if (error != null) {
            throw error;
        }
        if (ended) {
            return -1;
        }
        if (length == 0) {
            return 0;
        }
        if (awaited) {
            awaited = false;
            connection.write(CONTINUE);
            connection.flush();
        }
        try {
            if (chunked && left == 0 && !nextChunk()) {
                ended = true;
                return -1;
            }
            int n = input.read(target, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the client closed the connection within a request's body");
            }
            left -= n;
            ended = !chunked && left == 0;
            if (preview != null) {
                preview.add(target, offset, n);
            }
            return n;
        } catch (HttpError wrong) {
            error = wrong;
            throw wrong;
        }
    }

    /** Reads the end of a chunk and the size of the next; false after the last one and its trailers. */
    private boolean nextChunk() throws IOException {
        if (begun && !input.line().isEmpty()) {
            throw new HttpError(400, "Bad Request");
        }
        begun = true;
        String line = input.line();
        int extension = line.indexOf(';');
        String size = (extension < 0 ? line : line.substring(0, extension)).strip();
        boolean hexadecimal = !size.isEmpty() && size.length() <= 15 && size.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
        if (!hexadecimal) {
            throw new HttpError(400, "Bad Request");
        }
        left = Long.parseLong(size, 16);
        if (left > 0) {
            return true;
        }
        while (!input.line().isEmpty()) {
            // Trailers are read and not used.
        }
        return false;
    }
}
