package dev.vfaas.image;

import dev.vfaas.image.layer.LayerEntry;
import java.util.List;

/**
 * One layer to be.
 *
 * @param name {@code server}, {@code dependencies}, {@code template} or {@code handler}
 * @param key fingerprint of all that decides its content
 */
public record LayerPlan(String name, String key, Content content) {

    /** Where a layer's files come from. */
    public sealed interface Content {}

    /** Files that exist, hashed. */
    public record Files(List<LayerEntry> entries) implements Content {}

    /** Dependencies the toolchain resolves. */
    public record Dependencies() implements Content {}

    /** The handler as the toolchain compiles it. */
    public record Compiled() implements Content {}
}
