package dev.vfaas.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A built-in template: resources, which cannot be listed but by the lists that lie among them. */
record ClassPathFolder(ClassLoader loader, String root) implements TemplateFolder {

    @Override
    public Optional<TemplateFile> read(String path) {
        try (InputStream in = loader.getResourceAsStream(resource(path))) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] content = in.readAllBytes();
            return Optional.of(new TemplateFile(path, content, isScript(content)));
        } catch (IOException e) {
            throw new UncheckedIOException("built-in " + resource(path), e);
        }
    }

    /** Resources have no permissions; a script says by its first two bytes that it is to be run. */
    private static boolean isScript(byte[] content) {
        return content.length > 2 && content[0] == '#' && content[1] == '!';
    }

    @Override
    public List<String> list(String path) {
        return List.of();
    }

    @Override
    public String name(String path) {
        return "built-in " + resource(path);
    }

    private String resource(String path) {
        return Path.of(root, path).normalize().toString().replace('\\', '/');
    }
}
