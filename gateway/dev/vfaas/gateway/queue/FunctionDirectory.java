package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.LiveFunction;
import org.jspecify.annotations.Nullable;

/** Which functions exist: {@code FunctionRuntime::live}. */
@FunctionalInterface
public interface FunctionDirectory {
    /** The function, null when it does not exist. Never blocks. */
    @Nullable
    LiveFunction live(FunctionKey key);
}
