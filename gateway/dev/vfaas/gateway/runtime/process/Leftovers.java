package dev.vfaas.gateway.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Processes of replicas that outlived a killed gateway. Found by the record each replica's folder keeps of its process, and on Linux also by the mark in
 * a process's environment, which finds descendants and needs no record. A process that matches neither is never touched: a number alone proves nothing,
 * since the system gives it to others.
 */
final class Leftovers {
    /** Variable that names a replica's folder in the environment of its processes. */
    static final String MARK = "VFAAS_REPLICA";

    private static final Duration SAME_START =
            Duration.ofSeconds(2); // how exactly a system tells when a process started

    private final Path folder;

    /** Looks for processes of the replicas below {@code folder}. */
    Leftovers(Path folder) {
        this.folder = folder;
    }

    /** What is written down about a process: its number and when it started. */
    static String record(ProcessHandle process) {
        return process.pid() + " "
                + process.info().startInstant().map(Instant::toString).orElse("-");
    }

    /** Ends all of them and waits, within a few seconds, until they are gone; tells how many there were. */
    int end() throws IOException {
        List<ProcessHandle> found = new ArrayList<>(recorded());
        found.addAll(marked());
        List<CompletableFuture<ProcessHandle>> exits = new ArrayList<>();
        for (ProcessHandle process : found) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly(); // SIGKILL also reaches a suspended process
            exits.add(process.onExit());
        }
        try {
            CompletableFuture.allOf(exits.toArray(CompletableFuture[]::new)).get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            // ports are taken only after asking whether they are free
        }
        return (int) found.stream().map(ProcessHandle::pid).distinct().count();
    }

    private List<ProcessHandle> recorded() throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        try (var replicas = Files.list(folder)) {
            for (Path replica : replicas.toList()) {
                Path record = replica.resolve("process");
                if (Files.isRegularFile(record)) {
                    String[] parts = Files.readString(record).strip().split(" ", 2);
                    same(parts).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private static Optional<ProcessHandle> same(String[] parts) {
        if (parts.length != 2 || !parts[0].matches("[0-9]{1,10}") || parts[1].equals("-")) {
            return Optional.empty();
        }
        Instant started = Instant.parse(parts[1]);
        return ProcessHandle.of(Long.parseLong(parts[0]))
                .filter(process -> process.info()
                        .startInstant()
                        .filter(now -> Duration.between(started, now).abs().compareTo(SAME_START) < 0)
                        .isPresent())
                .filter(Leftovers::markedOrUnknown);
    }

    /** On Linux a process's environment can be read and settles the question. */
    private static boolean markedOrUnknown(ProcessHandle process) {
        try {
            return new String(
                            Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ")),
                            StandardCharsets.UTF_8)
                    .contains(MARK + "=");
        } catch (IOException e) {
            return !Files.isDirectory(Path.of("/proc/self"));
        }
    }

    private List<ProcessHandle> marked() {
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return List.of();
        }
        String wanted = "\0" + MARK + "=" + folder + "/";
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    Path environment = Path.of("/proc", Long.toString(process.pid()), "environ");
                    try {
                        return ("\0" + new String(Files.readAllBytes(environment), StandardCharsets.UTF_8))
                                .contains(wanted);
                    } catch (IOException e) {
                        return false; // another user's, or gone
                    }
                })
                .toList();
    }
}
