package dev.vfaas.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file to be put on a server. It is written to a temporary name beside its destination with mode and owner already set, and moved into place.
 *
 * @param destination absolute path
 * @param mode octal permissions, for example {@code 0600}
 * @param owner {@code user:group}
 */
public record Upload(Content content, long size, String destination, int mode, String owner) {
    /** Opens what is sent; again after a dropped connection. */
    @FunctionalInterface
    public interface Content {
        InputStream open() throws IOException;
    }

    /** A small file of root's, 0600. */
    public static Upload secret(String destination, byte[] content) {
        return new Upload(
                () -> new java.io.ByteArrayInputStream(content), content.length, destination, 0600, "root:root");
    }

    /** A text of root's with the given mode. */
    public static Upload text(String destination, String text, int mode) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Upload(() -> new java.io.ByteArrayInputStream(bytes), bytes.length, destination, mode, "root:root");
    }

    /** A local file, owned by root. */
    public static Upload file(Path file, String destination, int mode) throws IOException {
        return new Upload(() -> Files.newInputStream(file), Files.size(file), destination, mode, "root:root");
    }
}
