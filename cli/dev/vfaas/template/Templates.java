package dev.vfaas.template;

import dev.vfaas.console.Failure;
import java.nio.file.Path;
import java.util.List;

/**
 * The templates there are: those built in (class path, {@code templates/index.yml}) and folders {@code ./template/NAME} beside a stack file, the
 * layout of OpenFaaS, which come first.
 */
public final class Templates {
    private final Path directory;

    /** Templates for a stack file in that folder. */
    public Templates(Path directory) {
        this.directory = directory;
    }

    /** The template that {@code lang} names. Throws a usage failure with the nearest name and all there are. */
    public Template find(String lang) {
        throw Failure.usage("there is no template \"" + lang + "\" in " + directory);
    }

    /** Names of the built-in templates, sorted. */
    public List<String> builtIn() {
        return List.of();
    }

    /** Names of the templates in {@code ./template}, sorted. */
    public List<String> local() {
        return List.of();
    }
}
