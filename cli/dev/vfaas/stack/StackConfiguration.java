package dev.vfaas.stack;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code configuration} block of a stack file.
 *
 * @param templates where templates come from
 * @param copy extra paths that are copied into each handler folder of a build, as written
 */
public record StackConfiguration(List<TemplateSource> templates, List<String> copy) {

    /** What a file without the block has. */
    public static final StackConfiguration EMPTY = new StackConfiguration(List.of(), List.of());

    /** Copies the lists. */
    public StackConfiguration {
        templates = List.copyOf(templates);
        copy = List.copyOf(copy);
    }

    /**
     * One entry of {@code configuration.templates}.
     *
     * @param source a git URL, which may end in {@code #ref}; null for the template store
     */
    public record TemplateSource(String name, @Nullable String source) {}
}
