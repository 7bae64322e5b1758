package dev.vfaas.provision;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.OwnerOnly;
import java.io.BufferedWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The full log of one run on this machine, 0600: every remote command as logs may show it, and every event. Thread-safe. */
public final class RunLog implements AutoCloseable {
    private final Path file;
    private final BufferedWriter writer;
    private final InstantSource clock;
    private boolean closed;

    private RunLog(Path file, BufferedWriter writer, InstantSource clock) {
        this.file = file;
        this.writer = writer;
        this.clock = clock;
    }

    /** @param folder made when it does not exist, 0700 */
    public static RunLog create(Path folder, String host, String action, InstantSource clock) {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'")
                .withZone(ZoneOffset.UTC)
                .format(clock.instant());
        String name = time + "-" + action + "-" + host.replaceAll("[^A-Za-z0-9.-]", "_") + ".log";
        Path file = folder.resolve(name);
        try {
            Files.createDirectories(folder, OwnerOnly.folder(folder));
            Files.createFile(file, OwnerOnly.file(file));
            // Not a channel, which an interrupted thread could not write its last words to.
            OutputStream out = new FileOutputStream(file.toFile(), true);
            return new RunLog(file, new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8)), clock);
        } catch (IOException e) {
            throw Failure.failed("cannot write the log of this run, " + file + ": " + e)
                    .because(e);
        }
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** Appends a text; what is behind its first line is indented. A command that ends behind the run, as the lock's last sign of life, is not told. */
    public synchronized void line(String text) {
        if (closed) {
            return;
        }
        try {
            writer.write(clock.instant() + " " + text.strip().replace("\n", "\n    ") + "\n");
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
