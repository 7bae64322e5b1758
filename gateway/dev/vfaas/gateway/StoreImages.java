package dev.vfaas.gateway;

import dev.vfaas.gateway.image.ImageStore;
import dev.vfaas.gateway.runtime.kubernetes.NodeImages;
import org.jspecify.annotations.Nullable;

/**
 * Images of the gateway's own store as nodes pull them: {@code vfaas.internal/REPOSITORY@DIGEST}. The host stands for the gateway in the nodes'
 * registry configuration and is looked up by nobody.
 */
final class StoreImages implements NodeImages {
    private static final String HOST = "vfaas.internal/";

    private final ImageStore store;

    StoreImages(ImageStore store) {
        this.store = store;
    }

    @Override
    public @Nullable String ofStore(String reference) {
        ImageStore.PulledImage image = store.pulled(reference);
        return image == null ? null : HOST + image.repository() + "@" + image.digest();
    }

    @Override
    public void keep(String name) {
        if (ours(name)) {
            store.pin(digest(name));
        }
    }

    @Override
    public void leave(String name) {
        if (ours(name)) {
            store.unpin(digest(name));
        }
    }

    private static boolean ours(String name) {
        return name.startsWith(HOST) && name.contains("@");
    }

    private static String digest(String name) {
        return name.substring(name.indexOf('@') + 1);
    }
}
