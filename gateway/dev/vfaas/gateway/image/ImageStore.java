package dev.vfaas.gateway.image;

import org.jspecify.annotations.Nullable;

/** Finds images for the runtime. Methods may block. */
public interface ImageStore {
    /**
     * The image a reference names: {@code name[:tag][@digest]}, first in this gateway's own store (also under a name with a registry's host in it).
     * An index is resolved to the entry for this machine.
     *
     * @throws dev.vfaas.gateway.runtime.RuntimeFailure INVALID when the reference is malformed or names nothing in the store
     */
    StoredImage resolve(String reference);

    /**
     * What a reference names for others that pull it from this store by repository and digest; an index stays one. Null when the store does not hold it.
     *
     * @throws dev.vfaas.gateway.runtime.RuntimeFailure INVALID when the reference is malformed, or names an image that is no container's
     */
    @Nullable
    PulledImage pulled(String reference);

    /**
     * An image as others pull it.
     *
     * @param digest of the manifest or index, {@code sha256:...}
     */
    record PulledImage(String repository, String digest) {}

    /** Keeps blobs of a manifest from garbage collection while a deployment needs them; durable through the deployments themselves at start. */
    void pin(String manifestDigest);

    /** Ends a {@link #pin}. */
    void unpin(String manifestDigest);
}
