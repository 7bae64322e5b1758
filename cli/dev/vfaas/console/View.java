package dev.vfaas.console;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A result that can be shown in every {@link OutputFormat}. Only the form that was asked for is made.
 *
 * @param data what JSON and YAML show: records with Jackson annotations, maps, lists, scalars
 * @param human the text for people, without a final line feed
 * @param names the names, for {@code -o name}
 */
public record View(@Nullable Object data, Supplier<String> human, Supplier<List<String>> names) {}
