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
import java.util.LinkedHashMap;
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

    /** The digest of the manifest a reference stands for on a platform, if that was asked not long ago. */
    public Optional<String> known(ImageReference reference, Platform platform) {
        if (pull) {
            return Optional.empty();
        }
        return cache.record(KIND, key(reference, platform))
                .filter(record -> isFresh(reference, record)
                        && cache.blob(record.getOrDefault("digest", "")).isPresent()
                        && cache.blob(record.getOrDefault("config", "")).isPresent())
                .map(record -> record.getOrDefault("digest", ""));
    }

    /** The digest of the manifest a reference stands for on a platform, asked from its registry. */
    public String ask(ImageReference reference, Platform platform) throws InterruptedException {
        Fetched fetched = fetch(reference, platform, registries.base(reference));
        Map<String, String> record = new LinkedHashMap<>();
        record.put("digest", fetched.digest());
        record.put("config", fetched.config().digest());
        record.put("asked", Instant.now().toString());
        cache.putRecord(KIND, key(reference, platform), record);
        return fetched.digest();
    }

    private String key(ImageReference reference, Platform platform) {
        return new Fingerprint("base/1")
                .add(registries.base(reference).client().registry().name())
                .add(reference.toString())
                .add(platform.toString())
                .hex();
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

    /** The base image of that manifest, which {@link #known} or {@link #ask} told. */
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
