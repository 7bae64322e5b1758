package dev.vfaas.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How a program ended: its exit code and what it printed. */
public record Ran(int exitCode, String out, String err) {
    /** This, when it ended with 0; an {@link AssertionError} otherwise. */
    public Ran orFail(String what) {
        if (exitCode != 0) {
            throw new AssertionError("%s: exit code %d%n%s%s".formatted(what, exitCode, out, err));
        }
        return this;
    }

    /** Runs a program without input; what it starts in the background may go on. */
    public static Ran of(List<String> command, Map<String, String> variables, Duration deadline) {
        return of(command, variables, Path.of("/dev/null"), deadline);
    }

    /** Runs a program with a file as its input. */
    public static Ran of(List<String> command, Map<String, String> variables, Path input, Duration deadline) {
        try {
            Path out = Files.createTempFile("testbed", ".out");
            Path err = Files.createTempFile("testbed", ".err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(input.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(variables);
            Process process = builder.start();
            boolean ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            Ran ran = new Ran(
                    ended ? process.exitValue() : 124,
                    Files.readString(out),
                    Files.readString(err) + (ended ? "" : "not ended after " + deadline + "\n"));
            Files.delete(out);
            Files.delete(err);
            return ran;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
