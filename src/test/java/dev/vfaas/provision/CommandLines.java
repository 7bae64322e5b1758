package dev.vfaas.provision;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/** The command lines of all processes of this machine, which the servers' are among, from when it is opened until it is closed. */
public final class CommandLines implements AutoCloseable {
    private static final long PAUSE_MILLIS = 30;

    private final Set<String> seen = new ConcurrentSkipListSet<>();
    private final Thread watch = Thread.ofVirtual().start(this::watch);
    private volatile boolean ended;

    private void watch() {
        while (!ended) {
            try (Stream<Path> all = Files.list(Path.of("/proc"))) {
                for (Path process : all.filter(
                                path -> path.getFileName().toString().matches("\\d+"))
                        .toList()) {
                    try {
                        byte[] line = Files.readAllBytes(process.resolve("cmdline"));
                        seen.add(new String(line, StandardCharsets.ISO_8859_1).replace('\0', ' '));
                    } catch (IOException gone) {
                        // It has ended since it was listed.
                    }
                }
                Thread.sleep(PAUSE_MILLIS);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** All that were seen so far, a line each. */
    public String all() {
        return String.join("\n", seen);
    }

    @Override
    public void close() {
        ended = true;
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
