package dev.vfaas.gateway.runtime.process;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lines a function's replicas wrote, on disk and bounded: at most two files of a given size, the older one dropped when the newer is full. A file's
 * name is the offset of its first byte in everything ever written, so a reader's position stays valid over rotation and restarts. Readers never hold up
 * a writer: they read the files at their own pace, and one that is slower than two files misses lines.
 */
final class FunctionLog implements AutoCloseable {
    private static final String SUFFIX = ".log";

    private final Path folder;
    private final long limit;
    private final TreeMap<Long, Path> files = new TreeMap<>();
    private @Nullable OutputStream out;
    private long end;
    private boolean closed;

    /**
     * Goes on with the log in the folder, or begins one.
     *
     * @param limit bytes of a file after which the next begins
     */
    FunctionLog(Path folder, long limit) throws IOException {
        this.folder = folder;
        this.limit = limit;
        Files.createDirectories(folder);
        try (var found = Files.list(folder)) {
            for (Path file : found.toList()) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]{1,18}\\.log")) {
                    files.put(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())), file);
                }
            }
        }
        if (!files.isEmpty()) {
            end = files.lastKey() + Files.size(files.lastEntry().getValue());
        }
    }

    /** Adds lines of a replica, with the time of now. A line that cannot be written is dropped: a full disk must not stop a function. */
    synchronized void append(String replica, List<String> lines) {
        if (closed || lines.isEmpty()) {
            return;
        }
        String prefix = Instant.now().truncatedTo(ChronoUnit.MICROS) + " " + replica + " ";
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(prefix).append(line).append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try {
            file().write(bytes);
            end += bytes.length;
            notifyAll();
        } catch (IOException e) {
            startAnew();
        }
    }

    private OutputStream file() throws IOException {
        boolean full = !files.isEmpty() && end - files.lastKey() >= limit;
        OutputStream open = out;
        if (open != null && !full) {
            return open;
        }
        if (open != null) {
            open.close();
        }
        if (files.isEmpty() || full) {
            files.put(end, folder.resolve(end + SUFFIX));
            while (files.size() > 2) {
                Files.deleteIfExists(files.pollFirstEntry().getValue());
            }
        }
        open = new FileOutputStream(files.lastEntry().getValue().toFile(), true);
        out = open;
        return open;
    }

    /** After a failed write part of a line may be in the file: the known end no longer fits, so it is cut there, or the file is given up. */
    private void startAnew() {
        try {
            OutputStream open = out;
            out = null;
            if (open != null) {
                open.close();
            }
            if (!files.isEmpty()) {
                try (var file = new java.io.RandomAccessFile(
                        files.lastEntry().getValue().toFile(), "rw")) {
                    file.setLength(end - files.lastKey());
                }
            }
        } catch (IOException e) {
            out = null;
        }
    }

    /** A stretch of the log that can be read now: bytes of {@code file} from {@code from} to {@code to}, as offsets inside it. */
    record Stretch(Path file, long from, long to, long position) {}

    /** What can be read at a position, later when what was there is gone; null when there is nothing yet. */
    synchronized @Nullable Stretch at(long position) {
        if (files.isEmpty()) {
            return null;
        }
        long from = Math.max(position, files.firstKey());
        var file = files.floorEntry(from);
        Long next = files.higherKey(from);
        long to = next == null ? end : next;
        return from >= to ? null : new Stretch(file.getValue(), from - file.getKey(), to - file.getKey(), from);
    }

    /** Offset after the last line. */
    synchronized long end() {
        return end;
    }

    /** Waits for something after the position; false when the log was closed. */
    synchronized boolean awaitMore(long position) throws InterruptedException {
        while (!closed && end <= position) {
            wait();
        }
        return !closed;
    }

    /** Ends the log and its readers; the files stay. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            // every line was written when it came; nothing is buffered here
        }
        out = null;
    }

    /** Ends the log and removes its files. */
    synchronized void delete() {
        close();
        try {
            LayerUnpacker.delete(folder);
        } catch (IOException e) {
            // left-over logs of a removed function are removed at the next start
        }
    }
}
