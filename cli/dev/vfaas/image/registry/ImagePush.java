package dev.vfaas.image.registry;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.ImageDocuments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Sends images of the cache to a repository: blobs it lacks, then manifests, then what the tag stands for. */
public final class ImagePush {
    private final BuildCache cache;

    public ImagePush(BuildCache cache) {
        this.cache = cache;
    }

    /** Told before a blob is sent; bytes. */
    @FunctionalInterface
    public interface Listener {
        void sending(String digest, long size);
    }

    /**
     * Sends the blobs and the manifest of one image, under its digest.
     *
     * @param base where layers that are not in the cache come from; null when all are
     */
    public void image(
            Registries.Location target, byte[] manifest, Registries.@Nullable Location base, Listener listener)
            throws InterruptedException {
        List<Future<?>> sends = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Descriptor blob : new ImageDocuments().blobs(manifest)) {
                sends.add(executor.submit(() -> {
                    blob(target, blob, base, listener);
                    return blob;
                }));
            }
            for (Future<?> send : sends) {
                send.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Failure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void blob(
            Registries.Location target, Descriptor blob, Registries.@Nullable Location base, Listener listener)
            throws InterruptedException {
        if (target.client().hasBlob(target.repository(), blob.digest())) {
            return;
        }
        listener.sending(blob.digest(), blob.size());
        String mountFrom = base != null && base.sameRegistry(target) ? base.repository() : null;
        Optional<Path> here = cache.blob(blob.digest());
        if (here.isEmpty() && base == null) {
            throw Failure.failed("the blob " + blob.digest() + " is no longer in the cache")
                    .next("vfaas build --no-cache");
        }
        target.client()
                .putBlob(
                        target.repository(),
                        blob.digest(),
                        here.isEmpty() ? mountFrom : null,
                        here.isPresent() || base == null
                                ? RegistryClient.BlobSource.of(here.orElseThrow())
                                : () -> RegistryClient.BlobSource.of(fetched(base, blob))
                                        .body());
    }

    private Path fetched(Registries.Location base, Descriptor blob) {
        try {
            return Blobs.fetch(base, blob, cache);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted");
        }
    }

    /** Every blob of an image as a file of the cache, for an archive. */
    public List<Path> fetchAll(byte[] manifest, Registries.@Nullable Location base) throws InterruptedException {
        List<Path> files = new ArrayList<>();
        for (Descriptor blob : new ImageDocuments().blobs(manifest)) {
            Optional<Path> here = cache.blob(blob.digest());
            if (here.isEmpty() && base == null) {
                throw Failure.failed("the blob " + blob.digest() + " is no longer in the cache")
                        .next("vfaas build --no-cache");
            }
            files.add(here.isPresent() || base == null ? here.orElseThrow() : Blobs.fetch(base, blob, cache));
        }
        return files;
    }

    /** The bytes of a document of the cache. */
    public byte[] document(String digest) {
        try {
            return Files.readAllBytes(cache.blobPath(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
