package dev.vfaas.template;

import dev.vfaas.stack.Quantities;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A function to scaffold.
 *
 * @param directory where the person works: where the handler's folder and stack.yml come
 * @param handler the handler's folder as typed, null for {@code ./NAME}
 * @param prefix what stands before the image's name, without the slash; empty for none
 * @param append the stack file to add the function to as typed, null to write ./stack.yml
 * @param gateway {@code provider.gateway} of a new stack file
 */
public record ScaffoldRequest(
        Path directory,
        String name,
        String lang,
        @Nullable String handler,
        String prefix,
        @Nullable String append,
        String gateway,
        @Nullable Quantities requests,
        @Nullable Quantities limits) {}
