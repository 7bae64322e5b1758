package dev.vfaas.image.toolchain;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The server of Java functions, compiled from the template's sources once for each compiler and content and then kept.
 *
 * @param cache the folder of compiled servers
 */
record JavaServer(Programs programs, Path cache) {

    /** The jar, compiled if need be. */
    Path jar(Path sources, Jdk jdk, int release, BuildLog log) throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(sources)) {
            files = walk.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
        Path kept = cache.resolve(key(sources, files, jdk, release) + ".jar");
        if (Files.exists(kept)) {
            return kept;
        }
        Files.createDirectories(cache);
        Path work = Files.createTempDirectory(cache, "compiling");
        try {
            Path jar = work.resolve("server.jar");
            ReproducibleJar.pack(classes(files, work.resolve("classes"), jdk, release, log), jar);
            return Files.move(jar, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Folders.remove(work);
        }
    }

    private Path classes(List<Path> files, Path into, Jdk jdk, int release, BuildLog log) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                jdk.program("javac").toString(),
                "--release",
                Integer.toString(release),
                "-proc:none",
                "-encoding",
                "UTF-8",
                // Concatenation by invokedynamic would cost a cold start some ten milliseconds.
                "-XDstringConcat=inline",
                // sun.misc.Signal is the one way to end with 0 after SIGTERM.
                "-XDignore.symbol.file",
                "-d",
                into.toString()));
        files.forEach(file -> command.add(file.toString()));
        List<String> lines = new ArrayList<>();
        Programs.Result result = programs.run(command, into.resolve("..").normalize(), Map.of(), lines::add);
        if (result.failed()) {
            lines.forEach(log::line);
            throw Failure.failed("the template's server does not compile with " + jdk.home() + ":\n" + result.tail(20));
        }
        return into;
    }

    private static String key(Path sources, List<Path> files, Jdk jdk, int release) throws IOException {
        Fingerprint key = new Fingerprint("java server/1").add(jdk.version()).add(Integer.toString(release));
        for (Path file : files) {
            key.add(sources.relativize(file).toString()).add(Files.readAllBytes(file));
        }
        return key.hex();
    }
}
