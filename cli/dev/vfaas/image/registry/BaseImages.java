package dev.vfaas.image.registry;

import dev.vfaas.console.Failure;
import dev.vfaas.image.ImageReference;
import dev.vfaas.image.Platform;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.oci.BaseImage;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.ImageDocuments;
import dev.vfaas.image.oci.MediaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Base images by reference and platform. What a tag stands for is asked again once a day, or with {@code --pull}; between that, a build with an
 * unchanged base asks no registry. Only manifests and configurations are fetched here; layers when a target lacks them.
 */
public final class BaseImages {
    private static final String KIND = "bases";
    private static final Duration FRESH = Duration.ofHours(24);

    private final BuildCache cache;
    private final Registries registries;
    private final boolean pull;

    /** Base images of the given registries; with {@code pull} tags are asked for each time. */
    public BaseImages(BuildCache cache, Registries registries, boolean pull) {
        this.cache = cache;
        this.registries = registries;
        this.pull = pull;
    }

    /** The digest of the manifest a reference stands for on a platform. */
    public String digest(ImageReference reference, Platform platform) throws InterruptedException {
        Registries.Location location = registries.base(reference);
        String key = new Fingerprint("base/1")
                .add(location.client().registry().url().toString())
                .add(reference.toString())
                .add(platform.toString())
                .hex();
        Optional<Map<String, String>> known = cache.record(KIND, key);
        if (known.isPresent() && !pull && isFresh(reference, known.get())) {
            String digest = known.get().getOrDefault("digest", "");
            if (cache.blob(digest).isPresent()
                    && cache.blob(known.get().getOrDefault("config", "")).isPresent()) {
                return digest;
            }
        }
        Fetched fetched = fetch(reference, platform, location);
        cache.putRecord(
                KIND,
                key,
                Map.of(
                        "digest",
                        fetched.digest(),
                        "config",
                        fetched.config().digest(),
                        "asked",
                        Instant.now().toString()));
        return fetched.digest();
    }

    private static boolean isFresh(ImageReference reference, Map<String, String> record) {
        return reference.digest() != null
                || Instant.parse(record.getOrDefault("asked", Instant.EPOCH.toString()))
                        .isAfter(Instant.now().minus(FRESH));
    }

    private record Fetched(String digest, Descriptor config) {}

    private Fetched fetch(ImageReference reference, Platform platform, Registries.Location location)
            throws InterruptedException {
        ImageDocuments documents = new ImageDocuments();
        RegistryClient client = location.client();
        RegistryClient.Manifest manifest = client.manifest(location.repository(), reference.selector())
                .orElseThrow(() -> Failure.failed("the base image " + reference + " does not exist in "
                        + client.registry().name()));
        if (MediaTypes.isIndex(manifest.mediaType())) {
            Map<String, Descriptor> manifests = documents.manifests(manifest.bytes());
            Descriptor chosen = manifests.get(platform.toString());
            if (chosen == null) {
                throw Failure.failed("the base image " + reference + " is not made for " + platform + "; it has: "
                        + String.join(", ", manifests.keySet()));
            }
            manifest = client.manifest(location.repository(), chosen.digest())
                    .orElseThrow(() -> Failure.failed("the base image " + reference + " for " + platform
                            + " is missing from " + client.registry().name()));
        }
        List<Descriptor> blobs = documents.blobs(manifest.bytes());
        if (blobs.isEmpty()) {
            throw Failure.failed(
                    "the base image " + reference + " has a manifest of an unknown kind: " + manifest.mediaType());
        }
        cache.putBlob(manifest.bytes());
        Blobs.fetch(location, blobs.getFirst(), cache);
        String made = documents.platform(read(blobs.getFirst().digest()));
        if (!made.equals(platform.toString())) {
            throw Failure.failed("the base image " + reference + " is made for " + made + ", not " + platform);
        }
        return new Fetched(manifest.digest(), blobs.getFirst());
    }

    /** The base image of that manifest, which {@link #digest} returned. */
    public BaseImage image(ImageReference reference, String manifestDigest) {
        List<Descriptor> blobs = new ImageDocuments().blobs(read(manifestDigest));
        List<Descriptor> layers = blobs.subList(1, blobs.size()).stream()
                .map(layer -> new Descriptor(MediaTypes.ociLayer(layer.mediaType()), layer.digest(), layer.size()))
                .toList();
        return new BaseImage(reference, manifestDigest, read(blobs.getFirst().digest()), layers);
    }

    private byte[] read(String digest) {
        try {
            return Files.readAllBytes(cache.blobPath(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
