package dev.vfaas.template;

import dev.vfaas.stack.NewFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What scaffolding made.
 *
 * @param function as the stack file names it
 * @param files created files and the stack file, as seen from the working directory, beginning with {@code ./} where they lie in it
 * @param stackFile the last of them
 * @param appended whether the stack file was there before
 * @param welcome the template's message
 */
public record Scaffolded(
        NewFunction function,
        List<String> files,
        String stackFile,
        boolean appended,
        @Nullable String welcome) {

    /** Copies the list. */
    public Scaffolded {
        files = List.copyOf(files);
    }
}
