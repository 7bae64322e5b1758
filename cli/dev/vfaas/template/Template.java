package dev.vfaas.template;

import dev.vfaas.console.Failure;
import java.nio.file.Path;
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

    /** The template layer's files, sorted by path: the template's own code (with a Dockerfile: all of its build context but the handler). */
    public List<TemplateFile> files() {
        throw Failure.failed("not yet");
    }

    /** The server layer's files, sorted by path; empty for a template without a server. */
    public List<TemplateFile> serverFiles() {
        throw Failure.failed("not yet");
    }

    /** The files a new function's folder gets, sorted by path. */
    public List<TemplateFile> scaffold() {
        throw Failure.failed("not yet");
    }

    /** Writes {@link #files} into a folder, which is made when absent. */
    public void extractTo(Path directory) {
        write(files(), directory);
    }

    /** Writes {@link #serverFiles} into a folder; without a server the folder is not made. */
    public void extractServerTo(Path directory) {
        write(serverFiles(), directory);
    }

    private static void write(List<TemplateFile> files, Path directory) {
        throw Failure.failed("not yet " + files + directory);
    }

    @Override
    public String toString() {
        return name + " from " + folder.name("");
    }
}
