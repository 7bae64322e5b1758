package dev.vfaas.stack;

import org.jspecify.annotations.Nullable;

/**
 * How a stack file is read.
 *
 * @param envsubst whether {@code ${VAR}} forms are replaced
 * @param regex RE2 expression found anywhere in the names of functions; null or empty for all
 * @param filter names of functions where {@code *} stands for anything; null or empty for all
 */
public record StackOptions(
        boolean envsubst, @Nullable String regex, @Nullable String filter) {

    /** Substitution, every function. */
    public static final StackOptions DEFAULT = new StackOptions(true, null, null);
}
