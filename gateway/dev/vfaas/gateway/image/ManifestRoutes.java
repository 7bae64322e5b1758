package dev.vfaas.gateway.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** {@code /v2/NAME/manifests/TAG-OR-DIGEST}: fetch, look up, store, delete. */
final class ManifestRoutes {
    private static final Pattern TAG = Pattern.compile(ImageReference.TAG);

    /** The specification asks registries to take at least this much. */
    private static final int MAX_BYTES = 4 << 20;

    private final BlobFiles files;
    private final ImageCatalog catalog;
    private final Blobs blobs;
    private final ObjectMapper json;
    private final Predicate<String> pinned;
    private final Runnable collectSoon;

    ManifestRoutes(
            BlobFiles files,
            ImageCatalog catalog,
            Blobs blobs,
            ObjectMapper json,
            Predicate<String> pinned,
            Runnable collectSoon) {
        this.files = files;
        this.catalog = catalog;
        this.blobs = blobs;
        this.json = json;
        this.pinned = pinned;
        this.collectSoon = collectSoon;
    }

    void handle(Exchange exchange, String repository, String reference) throws IOException {
        Digest digest = reference.contains(":") ? RegistryHandler.digest(reference) : null;
        if (digest == null && !TAG.matcher(reference).matches()) {
            throw RegistryFailure.of(400, "TAG_INVALID", "\"" + reference + "\" is not a valid tag");
        }
        ImageReference target = new ImageReference(repository, digest == null ? reference : null, digest);
        switch (exchange.method()) {
            case "GET", "HEAD" -> get(exchange, target, reference);
            case "PUT" -> put(exchange, target);
            case "DELETE" -> delete(exchange, target, reference);
            default -> RegistryHandler.requireMethod(exchange, "GET", "HEAD", "PUT", "DELETE");
        }
    }

    private void get(Exchange exchange, ImageReference target, String reference) throws IOException {
        ImageCatalog.Stored stored = catalog.relyOnManifest(target.repository(), target);
        if (stored == null) {
            throw RegistryFailure.manifestUnknown(target.repository(), reference);
        }
        exchange.setHeader("Docker-Content-Digest", stored.digest().toString());
        exchange.setHeader("ETag", "\"" + stored.digest() + "\"");
        if (exchange.method().equals("HEAD")) {
            exchange.respondStream(200, stored.mediaType(), stored.size()).close();
            return;
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(files.path(stored.digest()));
        } catch (NoSuchFileException e) {
            throw RegistryFailure.manifestUnknown(target.repository(), reference);
        }
        try (OutputStream out = exchange.respondStream(200, stored.mediaType(), bytes.length)) {
            out.write(bytes);
        }
    }

    private void put(Exchange exchange, ImageReference target) throws IOException {
        byte[] bytes = exchange.body().readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw RegistryFailure.of(413, "MANIFEST_INVALID", "the manifest is larger than " + MAX_BYTES + " bytes");
        }
        Digest digest = Digest.of(bytes);
        if (target.digest() != null) {
            Blobs.requireSame(target.digest(), digest);
        }
        Manifest manifest = Manifest.parse(bytes, exchange.header("Content-Type"), json);
        requireFiles(target.repository(), manifest);
        String tag = target.tag();
        if (tag == null || !catalog.isCurrent(target.repository(), tag, digest)) {
            blobs.storeManifest(target.repository(), manifest, digest, bytes, tag);
            collectSoon.run(); // what the tag pointed at before may have lost its last reference
        }
        exchange.setHeader("Location", "/v2/" + target.repository() + "/manifests/" + digest);
        exchange.setHeader("Docker-Content-Digest", digest.toString());
        Digest subject = manifest.subject();
        if (subject != null) {
            exchange.setHeader("OCI-Subject", subject.toString());
        }
        exchange.respond(201, null, new byte[0]);
    }

    /** Rows alone do not make an image: a blob whose file was lost must come again. */
    private void requireFiles(String repository, Manifest manifest) {
        var missing = ManifestNeeds.of(manifest).keySet().stream()
                .filter(need -> !Files.exists(files.path(need)))
                .map(need -> new RegistryFailure.Entry(
                        "MANIFEST_BLOB_UNKNOWN",
                        need + ", which the manifest refers to, is unknown in " + repository,
                        Map.of("digest", need.toString())))
                .toList();
        if (!missing.isEmpty()) {
            throw RegistryFailure.of(404, missing);
        }
    }

    private void delete(Exchange exchange, ImageReference target, String reference) throws IOException {
        Digest digest = target.digest();
        boolean deleted;
        if (digest == null) {
            deleted = catalog.deleteTag(target.repository(), reference);
        } else {
            if (pinned.test(digest.toString())) {
                throw RegistryFailure.unsupported(
                        405, "manifest " + digest + " is what a deployed function runs; remove the function first");
            }
            deleted = catalog.deleteManifest(target.repository(), digest);
        }
        if (!deleted) {
            throw RegistryFailure.manifestUnknown(target.repository(), reference);
        }
        collectSoon.run();
        exchange.respond(202, null, new byte[0]);
    }
}
