package dev.vfaas.image.toolchain;

import dev.vfaas.console.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JDK of this machine, known from its {@code release} file without running it.
 *
 * @param home its JAVA_HOME
 * @param feature its feature release, for example 25
 * @param version all of its version, for example 25.0.3
 */
record Jdk(Path home, int feature, String version) {
    private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"((\\d+)[^\"]*)\"");

    /**
     * The JDK to compile with: the first that is new enough of JAVA_HOME, the PATH's, and the usual places, of which the oldest that is new enough.
     *
     * @param oldest the feature release needed
     */
    static Optional<Jdk> find(Environment environment, Programs programs, int oldest) {
        List<Jdk> asked = new ArrayList<>();
        String javaHome = environment.get("JAVA_HOME");
        if (javaHome != null) {
            at(Path.of(javaHome)).ifPresent(asked::add);
        }
        programs.find("javac").flatMap(Jdk::ofCompiler).ifPresent(asked::add);
        List<Jdk> installed = new ArrayList<>();
        Path user = environment.home();
        for (Path folder : List.of(
                Path.of("/usr/lib/jvm"),
                Path.of("/usr/java"),
                Path.of("/opt/java"),
                user.resolve(".sdkman/candidates/java"),
                user.resolve(".jdks"),
                Path.of("/Library/Java/JavaVirtualMachines"),
                user.resolve("Library/Java/JavaVirtualMachines"))) {
            installed.addAll(in(folder));
        }
        // The JDK that runs this program, when it is one.
        at(Path.of(System.getProperty("java.home"))).ifPresent(installed::add);
        installed.sort(Comparator.comparingInt(Jdk::feature));
        return Stream.concat(asked.stream(), installed.stream())
                .filter(jdk -> jdk.feature >= oldest)
                .findFirst();
    }

    /** Its {@code java} or {@code javac}. */
    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    private static Optional<Jdk> ofCompiler(Path javac) {
        try {
            return at(javac.toRealPath().resolve("../..").normalize());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static List<Jdk> in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted()
                    .flatMap(entry -> Stream.of(entry, entry.resolve("Contents/Home")))
                    .flatMap(home -> at(home).stream())
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** The JDK in that folder; nothing when there is none, or only a JRE. */
    private static Optional<Jdk> at(Path home) {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/javac")) && !Files.isExecutable(home.resolve("bin/javac.exe"))) {
            return Optional.empty();
        }
        try {
            Matcher version = VERSION.matcher(Files.readString(release));
            return version.find()
                    ? Optional.of(new Jdk(home, Integer.parseInt(version.group(2)), version.group(1)))
                    : Optional.empty();
        } catch (IOException withoutOne) {
            return Optional.empty();
        }
    }
}
