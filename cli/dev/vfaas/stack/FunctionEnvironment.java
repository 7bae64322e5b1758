package dev.vfaas.stack;

import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.TextFile;
import java.util.LinkedHashMap;
import java.util.Map;

/** The environment variables a function of a stack gets: {@code environment}, then each {@code environment_file}, then --env; the later wins. */
public final class FunctionEnvironment {
    private final Stack stack;

    /** For functions of that stack. */
    public FunctionEnvironment(Stack stack) {
        this.stack = stack;
    }

    /**
     * Reads the function's environment files, whose paths start from the stack file's folder, and merges.
     *
     * @param flags what --env gave
     * @throws dev.vfaas.console.Failure (usage) when a file cannot be read or is malformed, with its line
     */
    public Map<String, String> of(StackFunction function, Map<String, String> flags) {
        Map<String, String> merged = new LinkedHashMap<>(function.environment());
        for (String file : function.environmentFiles()) {
            SourceText text = TextFile.read(
                    "environment_file of " + function.name() + " (" + stack.source() + "),", file, stack.resolve(file));
            Problems problems = new Problems(text);
            Map<String, String> variables = EnvironmentFile.parse(problems);
            problems.throwIfAny();
            merged.putAll(variables);
        }
        merged.putAll(flags);
        return merged;
    }
}
