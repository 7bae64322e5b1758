package dev.vfaas.gateway.runtime;

/** One replica that can be called over HTTP. All methods are safe on an event loop: they never block. */
public interface Endpoint {
    /** The replica's name, as logs show it. */
    String replica();

    /** An address of this machine or cluster. */
    String host();

    /** TCP port. */
    int port();

    /** Calls in flight through this gateway. */
    int inFlight();

    /**
     * Takes a place for one call; wakes the replica if it is suspended.
     *
     * @return false when the replica no longer takes calls (draining, dead): choose another
     */
    boolean tryAcquire();

    /** Gives the place back; exactly once for each successful {@link #tryAcquire}. */
    void release();

    /** Tells that a connection to the replica could not be made, so that the runtime checks on it. */
    void unreachable();
}
