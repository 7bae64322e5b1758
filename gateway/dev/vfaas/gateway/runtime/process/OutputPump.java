package dev.vfaas.gateway.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Carries what a replica writes to its standard output and error, line by line, into the function's log. */
final class OutputPump {
    private static final int LONGEST_LINE = 1 << 16;
    private static final int REMEMBERED = 8;
    private static final int STACK_BYTES = 128 << 10;

    private final String replica;
    private final FunctionLog log;
    private final Deque<String> last = new ArrayDeque<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    OutputPump(String replica, FunctionLog log) {
        this.replica = replica;
        this.log = log;
    }

    /** Reads the stream to its end on a thread of its own: a blocked read of a pipe would hold a virtual thread's carrier. */
    void start(InputStream output) {
        Thread.Builder.OfPlatform builder =
                Thread.ofPlatform().daemon().name("log " + replica).stackSize(STACK_BYTES);
        builder.start(() -> {
            try (output) {
                pump(output);
            } catch (IOException e) {
                // the pipe is gone with the replica
            } finally {
                ended.countDown();
            }
        });
    }

    /** Adds a line of the gateway's own about the replica. */
    void note(String line) {
        log.append(replica, List.of(line));
    }

    /** The last lines the replica wrote, oldest first, waiting a moment for those still on their way. */
    List<String> lastLines() {
        try {
            boolean ignored = ended.await(1, TimeUnit.SECONDS); // a descendant may hold the pipe open
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (last) {
            return List.copyOf(last);
        }
    }

    private void pump(InputStream output) throws IOException {
        byte[] buffer = new byte[LONGEST_LINE];
        int filled = 0;
        int count;
        while ((count = output.read(buffer, filled, buffer.length - filled)) >= 0) {
            int end = filled + count;
            List<String> lines = new ArrayList<>();
            int start = 0;
            for (int i = filled; i < end; i++) {
                if (buffer[i] == '\n') {
                    lines.add(text(buffer, start, i > start && buffer[i - 1] == '\r' ? i - 1 : i));
                    start = i + 1;
                }
            }
            if (start == 0 && end == buffer.length) {
                start = wholeCharacters(buffer, end);
                lines.add(text(buffer, 0, start));
            }
            System.arraycopy(buffer, start, buffer, 0, end - start);
            filled = end - start;
            add(lines);
        }
        if (filled > 0) {
            add(List.of(text(buffer, 0, filled)));
        }
    }

    /** The length up to which the bytes end with a whole UTF-8 character. */
    private static int wholeCharacters(byte[] buffer, int end) {
        int at = end - 1;
        while (at > end - 4 && (buffer[at] & 0xC0) == 0x80) {
            at--;
        }
        return (buffer[at] & 0xC0) == 0xC0 ? at : end;
    }

    private void add(List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        log.append(replica, lines);
        synchronized (last) {
            for (String line : lines.subList(Math.max(0, lines.size() - REMEMBERED), lines.size())) {
                if (last.size() == REMEMBERED) {
                    last.removeFirst();
                }
                last.add(line.length() > 500 ? line.substring(0, 500) : line);
            }
        }
    }

    private static String text(byte[] buffer, int from, int to) {
        return new String(Arrays.copyOfRange(buffer, from, to), StandardCharsets.UTF_8).replace('\r', ' ');
    }
}
