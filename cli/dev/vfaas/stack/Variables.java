package dev.vfaas.stack;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment variables that {@code ${VAR}} of a stack file stands for. */
@FunctionalInterface
public interface Variables {

    /** The value, or null when the variable is not set. */
    @Nullable
    String get(String name);

    /** Variables of a map, which is not copied. */
    static Variables of(Map<String, String> environment) {
        return environment::get;
    }
}
