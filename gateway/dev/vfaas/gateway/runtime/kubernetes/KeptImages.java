package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the images of functions in the store while nodes may pull them: of each function the newest and the one before, and those of all pods, which
 * may still serve something older.
 */
final class KeptImages {
    private static final int VERSIONS = 2;

    private final Map<FunctionKey, Deque<String>> kept = new HashMap<>();
    private final Map<String, Held> pods = new HashMap<>();
    private final NodeImages images;

    private record Held(String namespace, String image) {}

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

    /** A pod runs this image, or will; told again it counts once. */
    synchronized void keep(String namespace, String uid, String image) {
        if (pods.putIfAbsent(uid, new Held(namespace, image)) == null) {
            images.keep(image);
        }
    }

    /** A pod is gone. */
    synchronized void leave(String uid) {
        Held held = pods.remove(uid);
        if (held != null) {
            images.leave(held.image());
        }
    }

    /** The pods of a namespace are no longer watched. */
    synchronized void leaveNamespace(String namespace) {
        pods.values().removeIf(held -> {
            boolean its = held.namespace().equals(namespace);
            if (its) {
                images.leave(held.image());
            }
            return its;
        });
    }

    /** A function is gone. */
    synchronized void leave(FunctionKey key) {
        Deque<String> versions = kept.remove(key);
        if (versions != null) {
            versions.forEach(images::leave);
        }
    }
}
