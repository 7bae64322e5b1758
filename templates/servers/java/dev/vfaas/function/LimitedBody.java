package dev.vfaas.function;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body that must have been read before its deadline. */
final class LimitedBody extends FilterInputStream {
    private final Clock.Deadline deadline;

    LimitedBody(InputStream body, Clock.Deadline deadline) {
        super(body);
        this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        deadline.enter();
        int n;
        try {
            n = in.read(buffer, offset, length);
        } finally {
            deadline.leave();
        }
        if (n < 0) {
            deadline.close();
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** What the handler did not read is read away by the server, within the same deadline. */
    @Override
    public void close() throws IOException {
        deadline.enter();
        try {
            in.close();
        } finally {
            deadline.leave();
            deadline.close();
        }
    }
}
