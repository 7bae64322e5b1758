package dev.vfaas.image.dockerfile;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.image.toolchain.BuildLog;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program that builds Dockerfiles. Commands are values until {@link #build} runs them. */
record ContainerEngine(String name, Path program, Map<String, String> environment) {
    private static final List<String> NAMES = List.of("docker", "podman", "buildah");

    /**
     * What to build.
     *
     * @param context folder with the Dockerfile
     * @param tag how the engine's own store names the result
     * @param platform {@code linux/ARCHITECTURE}
     */
    record Recipe(
            Path context,
            String tag,
            String platform,
            Map<String, String> arguments,
            Map<String, String> labels,
            boolean noCache,
            boolean pull) {}

    /** The first engine on the PATH that works: of docker, a client without a daemon does not. Throws a failure when there is none. */
    static ContainerEngine find(Environment environment) throws InterruptedException {
        List<String> broken = new ArrayList<>();
        for (String name : NAMES) {
            Optional<Path> program = onPath(name, environment);
            if (program.isPresent()) {
                ContainerEngine engine = new ContainerEngine(name, program.get(), environment.variables());
                if (engine.works()) {
                    return engine;
                }
                broken.add(name);
            }
        }
        throw Failure.failed(
                        broken.isEmpty()
                                ? "the template dockerfile is built by docker, podman or buildah, and none of them is installed"
                                : "the template dockerfile is built by docker, podman or buildah; of those "
                                        + String.join(", ", broken) + " is installed and does not work")
                .next("install one of them, for example: sudo apt-get install buildah");
    }

    private static Optional<Path> onPath(String name, Environment environment) {
        for (String folder : environment.variables().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private boolean works() throws InterruptedException {
        List<String> check = name.equals("buildah") ? List.of("version") : List.of("info");
        return run(check, line -> {}) == 0;
    }

    /** Builds and writes the image as an archive. Throws a failure with the engine's last line. */
    void build(Recipe recipe, Path archive, BuildLog log) throws InterruptedException {
        require(buildCommand(recipe), "build the Dockerfile", log);
        require(saveCommand(recipe.tag(), archive), "save the image", log);
    }

    /** The command line that builds, without the program. */
    List<String> buildCommand(Recipe recipe) {
        List<String> command = new ArrayList<>(name.equals("buildah") ? List.of("bud", "--layers") : List.of("build"));
        if (!name.equals("docker")) {
            command.addAll(List.of("--format", "oci"));
        }
        command.addAll(List.of("--platform", recipe.platform(), "--tag", recipe.tag()));
        if (recipe.noCache()) {
            command.add("--no-cache");
        }
        if (recipe.pull()) {
            command.add("--pull");
        }
        recipe.arguments().forEach((key, value) -> command.addAll(List.of("--build-arg", key + "=" + value)));
        recipe.labels().forEach((key, value) -> command.addAll(List.of("--label", key + "=" + value)));
        command.add(recipe.context().toString());
        return command;
    }

    /** The command line that writes the image into an archive, without the program. */
    List<String> saveCommand(String tag, Path archive) {
        return switch (name) {
            case "buildah" -> List.of("push", "--quiet", tag, "oci-archive:" + archive);
            case "podman" -> List.of("save", "--quiet", "--format", "oci-archive", "--output", archive.toString(), tag);
            default -> List.of("save", "--output", archive.toString(), tag);
        };
    }

    private void require(List<String> arguments, String what, BuildLog log) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        int exit = run(arguments, line -> {
            log.line(line);
            if (!line.isBlank()) {
                lines.add(line);
            }
        });
        if (exit != 0) {
            throw Failure.failed(name + " cannot " + what + " (exit code " + exit + ")"
                    + (lines.isEmpty() ? "" : ": " + lines.getLast().strip()));
        }
    }

    private int run(List<String> arguments, BuildLog log) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw Failure.failed("cannot run " + program + ": " + e.getMessage())
                    .because(e);
        }
        try {
            process.getOutputStream().close();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    log.line(line);
                }
            }
            return process.waitFor();
        } catch (IOException e) {
            throw Failure.failed("lost the output of " + program + ": " + e.getMessage())
                    .because(e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
