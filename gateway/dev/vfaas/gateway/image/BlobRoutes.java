package dev.vfaas.gateway.image;

import dev.vfaas.gateway.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v2/NAME/blobs/DIGEST}: fetch (whole or one range, RFC 9110 section 14), look up, delete. */
final class BlobRoutes {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
    private static final String TYPE = "application/octet-stream";

    private final BlobFiles files;
    private final ImageCatalog catalog;

    /** Bytes {@code first} to {@code last}, both included. */
    private record Range(long first, long last) {
        long length() {
            return last - first + 1;
        }
    }

    BlobRoutes(BlobFiles files, ImageCatalog catalog) {
        this.files = files;
        this.catalog = catalog;
    }

    void handle(Exchange exchange, String repository, Digest digest) throws IOException {
        switch (exchange.method()) {
            case "GET", "HEAD" -> get(exchange, repository, digest);
            case "DELETE" -> {
                if (!catalog.unlinkBlob(repository, digest)) {
                    throw RegistryFailure.blobUnknown(repository, digest);
                }
                exchange.respond(202, null, new byte[0]);
            }
            default -> RegistryHandler.requireMethod(exchange, "GET", "HEAD", "DELETE");
        }
    }

    private void get(Exchange exchange, String repository, Digest digest) throws IOException {
        long size = catalog.relyOnBlob(repository, digest);
        if (size < 0) {
            throw RegistryFailure.blobUnknown(repository, digest);
        }
        exchange.setHeader("Docker-Content-Digest", digest.toString());
        exchange.setHeader("ETag", "\"" + digest + "\"");
        exchange.setHeader("Accept-Ranges", "bytes");
        exchange.setHeader("Cache-Control", "max-age=31536000, immutable");
        if (exchange.method().equals("HEAD")) {
            exchange.respondStream(200, TYPE, size).close();
            return;
        }
        Range range = range(exchange, size);
        try (FileChannel channel = FileChannel.open(files.path(digest))) { // stays readable when collected meanwhile
            int status = 200;
            if (range != null) {
                status = 206;
                exchange.setHeader("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + size);
            }
            Range part = range == null ? new Range(0, size - 1) : range;
            try (OutputStream out = exchange.respondStream(status, TYPE, part.length())) {
                send(channel, part, out);
            }
        } catch (NoSuchFileException e) {
            throw RegistryFailure.blobUnknown(repository, digest);
        }
    }

    private static void send(FileChannel channel, Range part, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(64 * 1024, Math.max(1, part.length()))];
        long position = part.first();
        while (position <= part.last()) {
            int wanted = (int) Math.min(buffer.length, part.last() - position + 1);
            int read = channel.read(ByteBuffer.wrap(buffer, 0, wanted), position);
            if (read < 0) {
                throw new IOException("the blob's file is shorter than it was");
            }
            out.write(buffer, 0, read);
            position += read;
        }
    }

    /** The one range asked for; null when none is, or in a form that may be ignored (several ranges, another unit). */
    private static @Nullable Range range(Exchange exchange, long size) {
        String header = exchange.header("Range");
        Matcher matcher = RANGE.matcher(header == null ? "" : header.strip());
        if (!matcher.matches()
                || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
            return null;
        }
        long first;
        long last = size - 1;
        if (matcher.group(1).isEmpty()) {
            first = Math.max(0, size - Long.parseLong(matcher.group(2)));
        } else {
            first = Long.parseLong(matcher.group(1));
            if (!matcher.group(2).isEmpty()) {
                last = Math.min(last, Long.parseLong(matcher.group(2)));
            }
        }
        if (first > last) {
            exchange.setHeader("Content-Range", "bytes */" + size);
            throw RegistryFailure.of(416, "SIZE_INVALID", "the blob has " + size + " bytes; " + header + " is outside");
        }
        return new Range(first, last);
    }
}
