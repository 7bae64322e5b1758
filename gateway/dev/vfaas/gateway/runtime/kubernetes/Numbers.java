package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks and changes which replicas a function has in the cluster. */
interface Numbers {
    /**
     * Sets the number; blocks.
     *
     * @param baseline the number without load from now on, null to leave it
     * @return the Deployment then
     * @throws dev.vfaas.gateway.runtime.RuntimeFailure NOT_FOUND, UNAVAILABLE
     */
    Deployment set(FunctionKey key, int replicas, @Nullable Integer baseline);

    /** Sets the number if it is 0, so that several gateways start a function once; blocks and throws like {@link #set}. */
    Deployment wake(FunctionKey key, int replicas);

    /** The function's pods, asked for now; blocks. UNAVAILABLE. */
    List<Pod> pods(FunctionKey key);

    /** Does something on another thread. */
    void async(Runnable task);

    /** Does something on another thread after a while. */
    void later(Duration wait, Runnable task);
}
