package dev.vfaas.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Lays a template whose language is not compiled out as an image does: server/, the template's own files and function/. */
record ScriptedTemplate(Path templates, String name, String language) {

    Path assemble(Path folder, Map<String, String> handlerFiles) throws IOException {
        copy(templates.resolve("servers").resolve(language), folder.resolve("server"));
        copy(templates.resolve(name), folder);
        copy(templates.resolve(name).resolve("function"), folder.resolve("function"));
        for (Map.Entry<String, String> file : handlerFiles.entrySet()) {
            Path target = folder.resolve("function").resolve(file.getKey()).normalize();
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }
        return folder;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    Files.copy(
                            file,
                            to.resolve(file.getFileName().toString()),
                            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
