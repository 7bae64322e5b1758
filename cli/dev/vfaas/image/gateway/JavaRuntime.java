package dev.vfaas.image.gateway;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of the gateway's image that is not ours: a Java runtime of the modules the gateway needs, linked from the Java that runs this program,
 * and the C library it was linked with, from this machine. For another architecture both come from a folder that scripts/gateway-runtime prepares.
 */
final class JavaRuntime {
    /** Where it lies in the image. */
    static final String HOME = GatewayFiles.HOME + "/runtime";

    private static final Pattern LIBRARY = Pattern.compile("(?:=>\\s*)?(/\\S+)\\s+\\(0x");

    private final Path java;
    private final List<String> modules;

    /**
     * @param java home of a JDK for this machine
     * @param modules of the runtime
     */
    JavaRuntime(Path java, List<String> modules) {
        this.java = java;
        this.modules = List.copyOf(modules);
    }

    /** Whether it can be made on this machine, and if not why. */
    static String obstacle(Platform platform, Path java) {
        Platform here = Platform.ofHost();
        if (!here.os().equals("linux")) {
            return "this machine runs " + here.os() + ", and a Java runtime for Linux cannot be made here";
        }
        if (!here.architecture().equals(platform.architecture())) {
            return "this machine is " + here.architecture() + ", and a Java runtime for " + platform.architecture()
                    + " cannot be made here";
        }
        return Files.isExecutable(java.resolve("bin/jlink")) ? "" : java + " is no JDK: it has no bin/jlink";
    }

    /** Writes the runtime and its libraries below {@code root}. */
    void put(Path root) throws IOException {
        Path home = root.resolve(HOME);
        Files.createDirectories(home.getParent());
        List<String> jlink = List.of(
                java.resolve("bin/jlink").toString(),
                "--add-modules",
                String.join(",", modules),
                "--output",
                home.toString(),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--compress",
                "zip-0");
        run(jlink, "a Java runtime could not be linked");
        List<Path> programs = new ArrayList<>(List.of(home.resolve("bin/java"), home.resolve("lib/server/libjvm.so")));
        try (var files = Files.list(home.resolve("lib"))) {
            files.filter(file -> file.toString().endsWith(".so")).sorted().forEach(programs::add);
        }
        strip(programs);
        for (String library : libraries(programs, home)) {
            Path target = root.resolve(library.substring(1));
            Files.createDirectories(target.getParent());
            Files.copy(Path.of(library).toRealPath(), target, StandardCopyOption.REPLACE_EXISTING);
            target.toFile().setWritable(true, true);
        }
    }

    /** Symbols are half of what a JVM's library weighs; without the program strip they stay. */
    private static void strip(List<Path> programs) throws IOException {
        Path strip = Path.of("/usr/bin/strip");
        if (Files.isExecutable(strip)) {
            List<String> command = new ArrayList<>(List.of(strip.toString(), "--strip-unneeded"));
            programs.forEach(program -> command.add(program.toString()));
            run(command, "the runtime's libraries could not be stripped");
        }
    }

    /** Paths of the shared libraries outside of the runtime, as the dynamic linker finds them here: it looks in the same places in the image. */
    private static Set<String> libraries(List<Path> programs, Path home) throws IOException {
        List<String> command = new ArrayList<>(List.of("ldd"));
        programs.forEach(program -> command.add(program.toString()));
        Set<String> libraries = new LinkedHashSet<>();
        for (String line : run(command, "the libraries of the Java runtime cannot be found")
                .lines()
                .toList()) {
            Matcher library = LIBRARY.matcher(line);
            if (library.find() && !library.group(1).startsWith(home.toString())) {
                libraries.add(library.group(1));
            }
        }
        return libraries;
    }

    static String run(List<String> command, String failure) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw Failure.failed(
                        failure + ": " + command.getFirst() + " ended with exit code " + code + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw Failure.of(dev.vfaas.console.ExitCode.INTERRUPTED, "interrupted")
                    .because(e);
        }
        return said;
    }
}
