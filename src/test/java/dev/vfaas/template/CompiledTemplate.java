package dev.vfaas.template;

import dev.vfaas.image.Platform;
import dev.vfaas.image.toolchain.FunctionSource;
import dev.vfaas.image.toolchain.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Templates whose handlers are compiled: by the real toolchain, each set of handler files once. */
final class CompiledTemplate {
    private final Path templates;
    private final String name;
    private final String server;
    private final Toolchain toolchain;
    private final Path work;
    private final Map<Map<String, String>, Path> compiled = new HashMap<>();

    /** @param work a folder that lives as long as all the tests of a class */
    CompiledTemplate(Path templates, String name, String server, Toolchain toolchain, Path work) {
        this.templates = templates.toAbsolutePath().normalize();
        this.name = name;
        this.server = server;
        this.toolchain = toolchain;
        this.work = work;
    }

    /** Puts what would lie in /home/app into {@code folder}: the scaffold with these files in place of its own. */
    Path assemble(Path folder, List<String> scaffold, Map<String, String> handlerFiles)
            throws IOException, InterruptedException {
        Path home = compiled.get(handlerFiles);
        if (home == null) {
            home = compile(scaffold, handlerFiles);
            compiled.put(handlerFiles, home);
        }
        copy(home, folder);
        return folder;
    }

    private Path compile(List<String> scaffold, Map<String, String> handlerFiles)
            throws IOException, InterruptedException {
        Path handler = Files.createTempDirectory(work, "handler");
        for (String file : scaffold) {
            write(
                    handler.resolve(file),
                    Files.readString(templates.resolve(name).resolve("function").resolve(file)));
        }
        for (Map.Entry<String, String> file : handlerFiles.entrySet()) {
            write(handler.resolve(file.getKey()), file.getValue());
        }
        Path home = Files.createTempDirectory(work, "home");
        List<String> log = new ArrayList<>();
        toolchain.compile(
                new FunctionSource(
                        name,
                        handler,
                        templates.resolve(name),
                        templates.resolve("servers").resolve(server),
                        Platform.ofHost(),
                        Map.of(),
                        Map.of()),
                home,
                log::add);
        return home;
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
