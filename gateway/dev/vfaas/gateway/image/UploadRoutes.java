package dev.vfaas.gateway.image;

import dev.vfaas.gateway.http.Exchange;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v2/NAME/blobs/uploads/}: uploads in one request or in pieces, their status, their end, and mounts from other repositories. */
final class UploadRoutes {
    private static final Pattern CONTENT_RANGE = Pattern.compile("(?:bytes[ =])?([0-9]{1,18})-([0-9]{1,18})(?:/.*)?");
    private static final byte[] EMPTY = {};

    private final ImageCatalog catalog;
    private final Blobs blobs;
    private final Uploads uploads;

    UploadRoutes(ImageCatalog catalog, Blobs blobs, Uploads uploads) {
        this.catalog = catalog;
        this.blobs = blobs;
        this.uploads = uploads;
    }

    /** @param id of the upload, empty for a new one */
    void handle(Exchange exchange, String repository, String id) throws IOException {
        if (id.isEmpty()) {
            RegistryHandler.requireMethod(exchange, "POST");
            begin(exchange, repository);
            return;
        }
        switch (exchange.method()) {
            case "GET", "HEAD" -> status(exchange, 204, repository, id, uploads.size(repository, id));
            case "PATCH" -> status(exchange, 202, repository, id, append(exchange, repository, id));
            case "PUT" -> finish(exchange, repository, id);
            case "DELETE" -> {
                uploads.cancel(repository, id);
                exchange.respond(204, null, EMPTY);
            }
            default -> RegistryHandler.requireMethod(exchange, "GET", "PATCH", "PUT", "DELETE");
        }
    }

    private void begin(Exchange exchange, String repository) throws IOException {
        String mount = exchange.query("mount");
        if (mount != null && mount(exchange, repository, Digest.parse(mount), exchange.query("from"))) {
            return;
        }
        String digest = exchange.query("digest");
        if (digest != null) {
            Digest expected = RegistryHandler.digest(digest);
            blobs.store(repository, expected, exchange.body());
            created(exchange, repository, expected);
            return;
        }
        String id = uploads.begin(repository);
        status(exchange, 202, repository, id, 0);
    }

    /** Links a blob another repository has; without {@code from} any will do. What cannot be mounted is uploaded instead. */
    private boolean mount(Exchange exchange, String repository, @Nullable Digest digest, @Nullable String from)
            throws IOException {
        if (digest == null || catalog.relyOnBlob(from, digest) < 0 || !catalog.linkBlob(repository, digest)) {
            return false;
        }
        created(exchange, repository, digest);
        return true;
    }

    private long append(Exchange exchange, String repository, String id) throws IOException {
        String range = exchange.header("Content-Range");
        long start = -1;
        if (range != null) {
            Matcher matcher = CONTENT_RANGE.matcher(range.strip());
            if (!matcher.matches()) {
                describe(exchange, repository, id, uploads.size(repository, id));
                throw RegistryFailure.of(
                        416, "BLOB_UPLOAD_INVALID", "Content-Range \"" + range + "\" is not START-END");
            }
            start = Long.parseLong(matcher.group(1));
            long length = Long.parseLong(matcher.group(2)) - start + 1;
            String given = exchange.header("Content-Length");
            if (length < 0 || (given != null && !given.strip().equals(Long.toString(length)))) {
                throw RegistryFailure.of(
                        400,
                        "SIZE_INVALID",
                        "Content-Range \"" + range + "\" is not the length of the piece, " + given);
            }
        }
        try {
            return uploads.append(repository, id, start, exchange.body());
        } catch (RegistryFailure e) {
            if (e.status() == 416) {
                describe(exchange, repository, id, uploads.size(repository, id));
            }
            throw e;
        }
    }

    private void finish(Exchange exchange, String repository, String id) throws IOException {
        String text = exchange.query("digest");
        if (text == null) {
            throw RegistryFailure.digestInvalid("the last request of an upload needs the parameter digest");
        }
        Digest expected = RegistryHandler.digest(text);
        append(exchange, repository, id);
        uploads.finish(repository, id, expected);
        created(exchange, repository, expected);
    }

    private static void created(Exchange exchange, String repository, Digest digest) throws IOException {
        exchange.setHeader("Location", "/v2/" + repository + "/blobs/" + digest);
        exchange.setHeader("Docker-Content-Digest", digest.toString());
        exchange.respond(201, null, EMPTY);
    }

    private static void status(Exchange exchange, int status, String repository, String id, long size)
            throws IOException {
        describe(exchange, repository, id, size);
        exchange.respond(status, null, EMPTY);
    }

    /** Where to go on. An upload without a byte says 0-0, as clients expect it. */
    private static void describe(Exchange exchange, String repository, String id, long size) {
        exchange.setHeader("Location", "/v2/" + repository + "/blobs/uploads/" + id);
        exchange.setHeader("Range", "0-" + Math.max(0, size - 1));
        exchange.setHeader("Docker-Upload-UUID", id);
    }
}
