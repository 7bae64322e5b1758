package dev.vfaas.gateway;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds, in Linux's /proc, which process listens on a TCP port. */
final class PortOwner {
    private static final String LISTENING = "0A";

    private final Path proc;

    /** Reads under {@code proc}, usually /proc. */
    PortOwner(Path proc) {
        this.proc = proc;
    }

    /** {@code NAME (process PID)}, or null when it cannot be told: not Linux, or another user's process. */
    @Nullable
    String find(int port) {
        Set<String> sockets = new HashSet<>();
        listening("tcp", port, sockets);
        listening("tcp6", port, sockets);
        if (sockets.isEmpty()) {
            return null;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return name + " (process " + process.getFileName() + ")";
                }
            }
        } catch (IOException e) {
            // then it stays unknown
        }
        return null;
    }

    private void listening(String table, int port, Set<String> inodes) {
        String suffix = String.format(":%04X", port);
        try {
            for (String line : Files.readAllLines(proc.resolve("net").resolve(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTENING)) {
                    inodes.add("socket:[" + columns[9] + "]");
                }
            }
        } catch (IOException e) {
            // this table does not exist here
        }
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                try {
                    if (sockets.contains(Files.readSymbolicLink(file).toString())) {
                        return true;
                    }
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        } catch (IOException e) {
            // another user's process, or gone
        }
        return false;
    }
}
