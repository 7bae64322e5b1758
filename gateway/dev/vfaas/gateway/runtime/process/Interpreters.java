package dev.vfaas.gateway.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which program stands behind a language's command. Version managers (pyenv, asdf) put scripts on the PATH that look up the real interpreter at every
 * start, which costs a cold start 100 ms; here it is looked up once. For {@code java} a JDK new enough for the gateway is preferred to an older one
 * that happens to come first on the PATH.
 */
final class Interpreters {
    private static final int SHEBANG = 2;

    private final Map<String, String> environment;
    private final Map<Path, Path> known = new ConcurrentHashMap<>();

    Interpreters(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The program to take for a command, given the one on the PATH if there is one. */
    @Nullable
    Path choose(String program, @Nullable Path onPath) {
        if (onPath != null && isScript(onPath) && program.startsWith("python")) {
            return known.computeIfAbsent(onPath, this::ask);
        }
        return program.equals("java") ? java(onPath) : onPath;
    }

    private @Nullable Path java(@Nullable Path onPath) {
        String home = environment.get("JAVA_HOME");
        if (home != null && newEnough(Path.of(home))) {
            return Path.of(home, "bin", "java");
        }
        try {
            Path real = onPath == null ? null : onPath.toRealPath();
            if (real != null && newEnough(real.resolveSibling("..").normalize())) {
                return onPath;
            }
        } catch (IOException e) {
            // a broken link: the gateway's own is tried
        }
        Path own = Path.of(System.getProperty("java.home"));
        return newEnough(own) ? own.resolve("bin/java") : onPath;
    }

    private Path ask(Path shim) {
        try {
            ProcessBuilder question = new ProcessBuilder(shim.toString(), "-c", "import sys; print(sys.executable)");
            question.environment().clear();
            question.environment().putAll(environment);
            Process answer =
                    question.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            answer.getOutputStream().close();
            String text = new String(answer.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!answer.waitFor(10, TimeUnit.SECONDS)) {
                answer.destroyForcibly();
                return shim;
            }
            return answer.exitValue() == 0 && Files.isExecutable(Path.of(text)) ? Path.of(text) : shim;
        } catch (IOException e) {
            return shim;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return shim;
        }
    }

    private static boolean isScript(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(SHEBANG);
            return start.length == SHEBANG && start[0] == '#' && start[1] == '!';
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a Java home has the launcher and the feature release this gateway itself needs, or a later one. */
    private static boolean newEnough(Path home) {
        if (!Files.isExecutable(home.resolve("bin/java"))) {
            return false;
        }
        try {
            return Files.readAllLines(home.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceAll("[^0-9.].*?=|\"|JAVA_VERSION=", ""))
                    .anyMatch(version -> Integer.parseInt(version.split("[.+-]", 2)[0])
                            >= Runtime.version().feature());
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }
}
