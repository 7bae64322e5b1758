package dev.vfaas.stack;

import dev.vfaas.console.Failure;

/** Reads a stack file: fetches its text, replaces variables, parses, checks and filters. Touches nothing. */
public final class StackLoader {
    private final Variables variables;

    /** A loader whose {@code ${VAR}} are those variables. */
    public StackLoader(Variables variables) {
        this.variables = variables;
    }

    /**
     * The stack of that source.
     *
     * @throws Failure (usage) that names file, line and column of all that is wrong, or that says why the file cannot be read
     */
    public Stack load(StackSource source, StackOptions options) {
        throw Failure.failed("not yet: " + source.name() + variables.get("HOME"));
    }
}
