package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import org.jspecify.annotations.Nullable;

/** Tells how nodes get images. Methods may block. */
public interface NodeImages {
    /**
     * The name under which nodes pull an image of the gateway's own store, pinned to what the reference means now; null when the store does not hold it,
     * so that nodes pull it by the name that was given.
     *
     * @throws RuntimeFailure INVALID when it cannot run in a container
     */
    @Nullable
    String ofStore(String reference);

    /** Keeps what a name given by {@link #ofStore} stands for. */
    void keep(String name);

    /** Ends a {@link #keep}. */
    void leave(String name);
}
