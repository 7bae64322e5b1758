package dev.vfaas.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A template in a folder of the person's own. */
record DiskFolder(Path root) implements TemplateFolder {

    /** Deep enough for any template, shallow enough to end in a loop of links. */
    private static final int DEPTH = 32;

    @Override
    public Optional<TemplateFile> read(String path) {
        Path file = root.resolve(path).normalize();
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TemplateFile(path, Files.readAllBytes(file), Files.isExecutable(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> list(String path) {
        Path folder = root.resolve(path).normalize();
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name(String path) {
        return root.resolve(path).toString();
    }
}
