package dev.vfaas.gateway.image;

/** Finds images for the runtime. Methods may block. */
public interface ImageStore {
    /**
     * The image a reference names: {@code name[:tag][@digest]}, first in this gateway's own store (also under a name with a registry's host in it).
     * An index is resolved to the entry for this machine.
     *
     * @throws dev.vfaas.gateway.runtime.RuntimeFailure INVALID when the reference is malformed or names nothing in the store
     */
    StoredImage resolve(String reference);

    /** Keeps blobs of a manifest from garbage collection while a deployment needs them; durable through the deployments themselves at start. */
    void pin(String manifestDigest);

    /** Ends a {@link #pin}. */
    void unpin(String manifestDigest);
}
