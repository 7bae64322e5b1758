package dev.vfaas.image.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The JVM's ahead-of-time cache (JEP 514) of exactly this image, made by a gateway that starts once from the image's files. It remembers each jar's
 * size and time of change, and the class path from the last folder that is common to it all; therefore it holds in the image as it holds here.
 */
final class StartCache {
    /** Where it lies in the image. */
    static final String PATH = GatewayFiles.HOME + "/gateway.aot";

    private static final int MINUTES = 5;

    private final Path root;
    private final List<String> options;

    /** @param options the JVM's options, those of a cache left out */
    StartCache(Path root, List<String> options) {
        this.root = root;
        this.options = List.copyOf(options);
    }

    /** Trains it; false, with nothing left behind, when this machine cannot run the image's Java. */
    boolean train() throws IOException {
        Path cache = root.resolve(PATH);
        Path work = Files.createTempDirectory("vfaas-training");
        Path said = work.resolve("said");
        try {
            List<String> command = new ArrayList<>();
            command.add(root.resolve(JavaRuntime.HOME).resolve("bin/java").toString());
            command.add("-XX:AOTCacheOutput=" + cache);
            command.addAll(options);
            command.add("-Djava.library.path=" + root.resolve(GatewayFiles.HOME).resolve("native"));
            command.add(
                    "-Dorg.sqlite.lib.path=" + root.resolve(GatewayFiles.HOME).resolve("native"));
            command.add("-cp");
            command.add(classPath(root));
            command.add("dev.vfaas.gateway.GatewayTraining");
            command.add(work.resolve("data").toString());
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("JAVA_") || name.startsWith("JDK_") || name.startsWith("VFAAS_"));
            Process process = builder.start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly();
            }
            boolean made = ended && process.exitValue() == 0 && Files.isRegularFile(cache);
            if (!made) {
                Files.deleteIfExists(cache);
            }
            return made;
        } catch (InterruptedException e) {
            Files.deleteIfExists(cache);
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) { // another architecture's Java cannot be run here
            Files.deleteIfExists(cache);
            return false;
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    /** The class path below a root, in one fixed order. */
    static String classPath(Path root) throws IOException {
        Path home = root.resolve(GatewayFiles.HOME);
        List<String> jars = new ArrayList<>(List.of(home.resolve("gateway.jar").toString()));
        try (Stream<Path> libraries = Files.list(home.resolve("lib"))) {
            libraries.map(Path::toString).sorted().forEach(jars::add);
        }
        return String.join(":", jars);
    }
}
