package dev.vfaas.image.toolchain;

import dev.vfaas.console.Failure;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The programs of this machine: found on the PATH of an environment, and run in that environment.
 *
 * @param environment the variables a program gets; PATH decides what is found
 */
record Programs(Map<String, String> environment) {

    /**
     * How a program ended.
     *
     * @param lines what it said on both outputs
     */
    record Result(int exitCode, List<String> lines) {
        boolean failed() {
            return exitCode != 0;
        }

        /** The last lines, at most {@code most}. */
        String tail(int most) {
            return String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
        }
    }

    /** The executable file of that name in the first folder of the PATH that has one. */
    Optional<Path> find(String name) {
        String path = environment.getOrDefault("PATH", "");
        for (String folder : path.split(File.pathSeparator)) {
            for (String suffix : File.separatorChar == '\\' ? List.of(".exe", ".cmd", ".bat") : List.of("")) {
                Path candidate = Path.of(folder.isEmpty() ? "." : folder, name + suffix);
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return Optional.of(candidate.toAbsolutePath());
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Runs a command line in a folder, its output line by line to the log. An interrupt ends the program and all that it started.
     *
     * @param more variables on top of the environment
     * @throws Failure when it cannot be started; a program that fails is a {@link Result}
     */
    Result run(List<String> command, Path folder, Map<String, String> more, BuildLog log) throws InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().putAll(more);
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        Process process;
        try {
            process = builder.redirectInput(ProcessBuilder.Redirect.from(nothing()))
                    .start();
        } catch (IOException e) {
            throw Failure.failed("cannot start " + command.getFirst() + ": " + e.getMessage())
                    .because(e);
        }
        Thread reader = Thread.ofVirtual().start(() -> copy(process, lines, log));
        try {
            int exitCode = process.waitFor();
            reader.join();
            return new Result(exitCode, List.copyOf(lines));
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            // Its folder is removed next, in which it shall not write any more.
            process.onExit().completeOnTimeout(process, 3, TimeUnit.SECONDS).join();
        }
    }

    private static File nothing() {
        return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
    }

    private static void copy(Process process, List<String> lines, BuildLog log) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                log.line(line);
            }
        } catch (IOException closed) {
            // The process is gone; what it said so far is what there is.
            lines.add("(its output ended early: " + closed.getMessage() + ")");
        }
    }
}
