package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.registry.Registries;

/** Sends images that were built before and are still in the cache. */
public final class ImagePusher {
    private final ImagePublisher publisher;

    public ImagePusher(BuildCache cache, Registries registries) {
        this.publisher = new ImagePublisher(cache, registries);
    }

    /**
     * How a push ended.
     *
     * @param digest what the name stands for at its target
     * @param sent false when the target had it
     */
    public record Pushed(ImageReference image, String digest, boolean sent) {}

    /** Sends the image that was built last under that name. Throws a failure when none was. */
    public Pushed push(ImageReference image, BuildListener listener) throws InterruptedException {
        ImagePublisher.Named named = publisher
                .named(image)
                .orElseThrow(() -> Failure.failed("no image named " + image + " was built on this machine")
                        .next("vfaas build"));
        if (publisher.isThere(image, named.host(), named.digest())) {
            return new Pushed(image, named.digest(), false);
        }
        publisher.push(image, named, what -> listener.step(image.toString(), what));
        return new Pushed(image, named.digest(), true);
    }
}
