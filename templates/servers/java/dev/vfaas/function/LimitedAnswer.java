package dev.vfaas.function;

import java.io.IOException;
import java.io.OutputStream;

/** An answer's body: counted, bounded in time, and closed to the handler once the handler's own time is over. */
final class LimitedAnswer extends OutputStream {
    private final OutputStream out;
    private final Clock.Deadline deadline;
    private volatile boolean shut;
    private volatile long written;

    LimitedAnswer(OutputStream out, Clock.Deadline deadline) {
        this.out = out;
        this.deadline = deadline;
    }

    long written() {
        return written;
    }

    /** From now on the handler's writes fail. */
    void shut() {
        shut = true;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
        timed(() -> out.write(data, offset, length));
        written += length;
    }

    @Override
    public void flush() throws IOException {
        timed(out::flush);
    }

    @Override
    public void close() throws IOException {
        timed(out::close);
        deadline.close();
    }

    private void timed(Operation operation) throws IOException {
        if (shut) {
            throw new IOException("the answer is closed: exec_timeout exceeded");
        }
        deadline.enter();
        try {
            operation.run();
        } finally {
            deadline.leave();
        }
    }

    private interface Operation {
        void run() throws IOException;
    }
}
