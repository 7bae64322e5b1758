package dev.vfaas.yaml;

import dev.vfaas.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the small files that people write, with a limit, and says in one sentence why one cannot be read. */
public final class TextFile {
    /** The most a file may have: 1 MiB. */
    public static final int MAX_BYTES = 1 << 20;

    private TextFile() {}

    /**
     * A file's text.
     *
     * @param what what the file is, for example {@code stack file}
     * @param name how errors name it
     * @throws Failure (usage) when it is missing, a folder, unreadable, larger than 1 MiB or not UTF-8
     */
    public static SourceText read(String what, String name, Path path) {
        if (Files.isDirectory(path)) {
            throw Failure.usage("the " + what + " " + name + " is a folder, not a file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return read(what, name, in);
        } catch (NoSuchFileException e) {
            throw Failure.usage("the " + what + " " + name + " does not exist").because(e);
        } catch (AccessDeniedException e) {
            throw Failure.usage("the " + what + " " + name + " cannot be read: permission denied")
                    .next("ls -l " + name)
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage("the " + what + " " + name + " cannot be read: " + e.getMessage())
                    .because(e);
        }
    }

    /** A stream's text, read to its end and not closed; failures as above. */
    public static SourceText read(String what, String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw Failure.usage("the " + what + " " + name + " is larger than 1 MiB, the most such a file may have");
        }
        return SourceText.decode(name, bytes);
    }
}
