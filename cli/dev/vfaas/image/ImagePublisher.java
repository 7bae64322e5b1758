package dev.vfaas.image;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.oci.MediaTypes;
import dev.vfaas.image.oci.OciArchive;
import dev.vfaas.image.registry.ImagePush;
import dev.vfaas.image.registry.Registries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings images of the cache to where they are wanted: a registry, a gateway's store, an archive. */
final class ImagePublisher {
    private static final String KIND = "named";
    private static final long WORTH_TELLING = 1 << 20;

    private final BuildCache cache;
    private final Registries registries;
    private final ImagePush push;

    ImagePublisher(BuildCache cache, Registries registries) {
        this.cache = cache;
        this.registries = registries;
        this.push = new ImagePush(cache);
    }

    /** An image that was built under a name: its digest, its manifests, and the base each stands on. */
    record Named(String digest, boolean host, Map<String, @Nullable ImageReference> manifests) {}

    /** Whether there is somewhere to send images of that name: all have, unless there is no gateway. */
    boolean hasTarget(ImageReference image, boolean host) {
        return registries.store() != null || (image.host() != null && !host);
    }

    /** Whether the target has exactly that image under its tag; one request. */
    boolean isThere(ImageReference image, boolean host, String digest) throws InterruptedException {
        Registries.Location target = registries.target(image, host);
        return target.client()
                .manifestDigest(target.repository(), tag(image))
                .filter(digest::equals)
                .isPresent();
    }

    private static String tag(ImageReference image) {
        return image.tag() == null ? "latest" : image.tag();
    }

    /** Remembers what a name stands for, for a later push. */
    void remember(ImageReference image, String digest, List<FunctionResult.PlatformImage> images) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("digest", digest);
        fields.put("host", Boolean.toString(images.getFirst().platform().host()));
        images.forEach(one -> fields.put(
                "manifest." + one.digest(),
                one.plan().base() == null ? "scratch" : one.plan().base().toString()));
        cache.putRecord(KIND, nameKey(image), fields);
    }

    /** What was built last under a name. */
    Optional<Named> named(ImageReference image) {
        return cache.record(KIND, nameKey(image)).map(fields -> {
            Map<String, @Nullable ImageReference> manifests = new LinkedHashMap<>();
            fields.forEach((name, value) -> {
                if (name.startsWith("manifest.")) {
                    manifests.put(
                            name.substring("manifest.".length()),
                            value.equals("scratch") ? null : ImageReference.parse(value));
                }
            });
            return new Named(fields.getOrDefault("digest", ""), "true".equals(fields.get("host")), manifests);
        });
    }

    private static String nameKey(ImageReference image) {
        return new Fingerprint("named/1").add(image.toString()).hex();
    }

    /** Sends an image that was just built. */
    void push(
            ImageReference image,
            boolean host,
            String digest,
            List<FunctionResult.PlatformImage> images,
            LayerMaker.Steps steps)
            throws InterruptedException {
        Map<String, @Nullable ImageReference> manifests = new LinkedHashMap<>();
        images.forEach(one -> manifests.put(one.digest(), one.plan().base()));
        push(image, new Named(digest, host, manifests), steps);
    }

    /** Sends blobs that the target lacks, the manifests by their digests, and last what the tag stands for. */
    void push(ImageReference image, Named named, LayerMaker.Steps steps) throws InterruptedException {
        Registries.Location target = registries.target(image, named.host());
        String where = target.client().registry().name();
        steps.step("pushing to " + where);
        for (Map.Entry<String, @Nullable ImageReference> entry :
                named.manifests().entrySet()) {
            byte[] manifest = push.document(entry.getKey());
            push.image(target, manifest, location(entry.getValue()), (blob, size) -> {
                if (size >= WORTH_TELLING) {
                    steps.step("pushing " + size / WORTH_TELLING + " MiB to " + where);
                }
            });
            boolean only = entry.getKey().equals(named.digest());
            target.client()
                    .putManifest(
                            target.repository(), only ? tag(image) : entry.getKey(), MediaTypes.MANIFEST, manifest);
        }
        if (!named.manifests().containsKey(named.digest())) {
            target.client()
                    .putManifest(target.repository(), tag(image), MediaTypes.INDEX, push.document(named.digest()));
        }
    }

    private Registries.@Nullable Location location(@Nullable ImageReference base) {
        return base == null ? null : registries.base(base);
    }

    /** Writes an image as an OCI layout into a tar file. */
    void archive(ImageReference image, String digest, List<FunctionResult.PlatformImage> images, Path file)
            throws InterruptedException {
        List<Path> blobs = new ArrayList<>();
        for (FunctionResult.PlatformImage one : images) {
            blobs.add(cache.blobPath(one.digest()));
            blobs.addAll(push.fetchAll(
                    push.document(one.digest()), location(one.plan().base())));
        }
        blobs.add(cache.blobPath(digest));
        new OciArchive()
                .write(
                        file,
                        blobs,
                        digest,
                        images.size() == 1 ? MediaTypes.MANIFEST : MediaTypes.INDEX,
                        image.toString(),
                        tag(image));
    }
}
