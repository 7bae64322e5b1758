package dev.vfaas.gateway.scaling;

import dev.vfaas.gateway.runtime.LiveFunction;

/** Where the autoscaler gets the load from. Used by one thread. */
public interface LoadSource {
    /** Asks anew, before each look; may block for a moment. */
    void refresh();

    /** The load of a function as of the last {@link #refresh}, without what it uses. */
    ObservedLoad of(LiveFunction function);
}
