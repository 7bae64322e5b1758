package dev.vfaas.template;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that gets a new text: written beside it under a temporary name, then moved over it in one step. A file that is there keeps its permissions,
 * and a link stays a link.
 */
final class FileChange {
    private final Path file;
    private final String text;
    private final Path temporary;
    private byte @Nullable [] before;

    FileChange(Path file, String text) throws IOException {
        this.file = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        this.text = text;
        this.temporary = temporaryFor(this.file);
    }

    /** A hidden name beside a file or folder that nothing else has. */
    static Path temporaryFor(Path path) {
        return path.resolveSibling("." + path.getFileName() + ".vfaas-" + UUID.randomUUID());
    }

    /** Writes the text under the temporary name. */
    void prepare() throws IOException {
        if (Files.exists(file)) {
            before = Files.readAllBytes(file);
            Files.copy(file, temporary, StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.write(temporary, bytes());
    }

    /** The text's bytes, with the byte order mark that the file has. */
    private byte[] bytes() {
        boolean mark = before != null
                && before.length > 2
                && before[0] == (byte) 0xEF
                && before[1] == (byte) 0xBB
                && before[2] == (byte) 0xBF;
        return ((mark ? "\uFEFF" : "") + text).getBytes(StandardCharsets.UTF_8);
    }

    /** Removes the temporary file. */
    void discard() throws IOException {
        Files.deleteIfExists(temporary);
    }

    /** Moves the text to its place. A file that appeared since the checks is not overwritten. */
    void apply() throws IOException {
        if (before == null) {
            Files.move(temporary, file);
        } else {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Brings back what was there before. */
    void revert() throws IOException {
        if (before == null) {
            Files.deleteIfExists(file);
        } else if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.copy(file, temporary, StandardCopyOption.COPY_ATTRIBUTES);
            Files.write(temporary, before);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
