package dev.vfaas.stack;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.TextFile;
import java.io.IOException;
import java.util.function.Predicate;

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
        Predicate<String> wanted = FunctionNames.of(options);
        Problems problems = new Problems(text(source));
        Substitution substitution =
                options.envsubst() ? Substitution.of(problems, variables) : Substitution.none(problems);
        Stack stack = new StackParser(problems, substitution.warnings())
                .parse(substitution.text(), substitution.offsets(), source.baseDirectory(), wanted);
        if (FunctionNames.chosen(options) && stack.functions().isEmpty()) {
            throw Failure.usage("no functions matching --filter/--regex were found in the YAML file " + source.name());
        }
        return stack;
    }

    private static SourceText text(StackSource source) {
        try {
            return switch (source) {
                case StackSource.File file -> TextFile.read("stack file", file.name(), file.path());
                case StackSource.Stream stream -> TextFile.read("stack file", stream.name(), stream.stream());
                case StackSource.Url url -> new StackDownload().get(url);
            };
        } catch (IOException e) {
            throw Failure.usage("the stack file " + source.name() + " cannot be read: " + e.getMessage())
                    .because(e);
        }
    }
}
