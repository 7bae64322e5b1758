package dev.vfaas.gateway.runtime;

import java.net.URI;
import java.util.List;

/** The other gateways that serve the same functions. Thread-safe; never blocks. */
public interface Peers {
    /**
     * Another gateway.
     *
     * @param id of its process: one that is started anew has another
     * @param address where it answers, for example {@code http://10.42.0.7:8080}
     */
    record Peer(String id, URI address) {}

    /** Whether this gateway decides now how many replicas functions have. */
    boolean leads();

    /** The others as of a moment ago; meaningful while this one {@link #leads}. */
    List<Peer> others();
}
