package dev.vfaas.template;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A function template: its recipe and its files, read from the class path or a folder when they are asked for. Immutable. */
public final class Template {
    private final String name;
    private final TemplateRecipe recipe;
    private final TemplateFolder folder;

    Template(String name, TemplateRecipe recipe, TemplateFolder folder) {
        this.name = name;
        this.recipe = recipe;
        this.folder = folder;
    }

    /** The name {@code lang} says, for example {@code python3}. */
    public String name() {
        return name;
    }

    /** What template.yml says. */
    public TemplateRecipe recipe() {
        return recipe;
    }

    /** Where the template lies, for messages. */
    public String location() {
        return folder.name("");
    }

    /** Whether it comes with the tool. */
    public boolean builtIn() {
        return folder instanceof ClassPathFolder;
    }

    /** The template layer's files, sorted by path: the template's own code (with a Dockerfile: all of its build context but the handler). */
    public List<TemplateFile> files() {
        List<String> paths = recipe.files();
        if (paths == null) {
            paths = folder.list("").stream()
                    .filter(path -> !path.startsWith(recipe.handlerFolder() + "/") && !path.equals("template.yml"))
                    .toList();
        }
        return read("", paths);
    }

    /** The server layer's files, sorted by path; empty for a template without a server. */
    public List<TemplateFile> serverFiles() {
        String server = recipe.server();
        if (server == null) {
            return List.of();
        }
        String list = server + "/files.yml";
        TemplateFile files = folder.read(list).orElseThrow(() -> missing(list));
        return read(server + "/", RecipeParser.list(SourceText.decode(folder.name(list), files.content()), "files"));
    }

    /** The files a new function's folder gets, sorted by path. */
    public List<TemplateFile> scaffold() {
        List<String> paths = recipe.scaffold();
        String prefix = recipe.handlerFolder() + "/";
        return read(prefix, paths == null ? folder.list(recipe.handlerFolder()) : paths);
    }

    /** Writes {@link #files} into a folder, which is made when absent. */
    public void extractTo(Path directory) {
        extract(files(), directory);
    }

    /** Writes {@link #serverFiles} into a folder; without a server the folder is not made. */
    public void extractServerTo(Path directory) {
        if (recipe.server() != null) {
            extract(serverFiles(), directory);
        }
    }

    private List<TemplateFile> read(String prefix, List<String> paths) {
        List<TemplateFile> files = new ArrayList<>();
        for (String path : paths) {
            TemplateFile file = folder.read(prefix + path).orElseThrow(() -> missing(prefix + path));
            files.add(new TemplateFile(path, file.content(), file.executable()));
        }
        files.sort(Comparator.comparing(TemplateFile::path));
        return List.copyOf(files);
    }

    private Failure missing(String path) {
        return Failure.failed("the template \"" + name + "\" has no file " + path + " (" + folder.name(path)
                + "), though it lists it");
    }

    private static void extract(List<TemplateFile> files, Path directory) {
        try {
            write(files, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes files into a folder, which is made when absent. */
    static void write(List<TemplateFile> files, Path directory) throws IOException {
        Files.createDirectories(directory);
        for (TemplateFile file : files) {
            Path target = directory.resolve(file.path()).normalize();
            Files.createDirectories(target.getParent() == null ? directory : target.getParent());
            Files.write(target, file.content());
            if (file.executable() && Files.getFileStore(target).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    @Override
    public String toString() {
        return name + " from " + location();
    }
}
