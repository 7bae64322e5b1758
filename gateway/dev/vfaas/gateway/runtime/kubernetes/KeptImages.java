package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Keeps the images of functions in the store while nodes may pull them: of each function the newest and the one before, which may still serve. */
final class KeptImages {
    private static final int VERSIONS = 2;

    private final Map<FunctionKey, Deque<String>> kept = new HashMap<>();
    private final NodeImages images;

    KeptImages(NodeImages images) {
        this.images = images;
    }

    /** A function has this image now. */
    synchronized void keep(FunctionKey key, String image) {
        Deque<String> versions = kept.computeIfAbsent(key, k -> new ArrayDeque<>());
        if (image.equals(versions.peekFirst())) {
            return;
        }
        images.keep(image);
        versions.addFirst(image);
        if (versions.size() > VERSIONS) {
            images.leave(versions.removeLast());
        }
    }

    /** A function is gone. */
    synchronized void leave(FunctionKey key) {
        Deque<String> versions = kept.remove(key);
        if (versions != null) {
            versions.forEach(images::leave);
        }
    }
}
