package dev.vfaas.provision.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A small file as it shall be on the host. It travels on standard input, never in a command line.
 *
 * @param path absolute, without blanks or control characters
 * @param content at most a megabyte; bigger things are {@link Execution#upload uploaded}
 * @param mode octal permissions
 * @param owner {@code user:group}
 * @param sensitive its content is shown nowhere: not in a plan, not in a log
 */
public record ManagedFile(String path, byte[] content, int mode, String owner, boolean sensitive) {
    public ManagedFile {
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("not a path for a managed file: " + path);
        }
    }

    /** A text of root's. */
    public static ManagedFile text(String path, String content, int mode) {
        return new ManagedFile(path, content.getBytes(StandardCharsets.UTF_8), mode, "root:root", false);
    }

    /** A text of root's, 0600, shown nowhere. */
    public static ManagedFile secret(String path, String content) {
        return new ManagedFile(path, content.getBytes(StandardCharsets.UTF_8), 0600, "root:root", true);
    }

    /** The content as UTF-8. */
    public String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** SHA-256 of the content, hexadecimal. */
    public String sha256() {
        return Sha256.of(content);
    }

    /** True when {@code state} is this file. */
    public boolean matches(Observed.FileState state) {
        return state.sha256().equals(sha256())
                && state.mode() == mode
                && state.owner().equals(owner);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ManagedFile file
                && path.equals(file.path)
                && Arrays.equals(content, file.content)
                && mode == file.mode
                && owner.equals(file.owner)
                && sensitive == file.sensitive;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(content), mode, owner);
    }

    @Override
    public String toString() {
        return path + " (" + content.length + " bytes, " + Integer.toOctalString(mode) + ", " + owner + ")";
    }
}
