package dev.vfaas.gateway.store;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tells a full disk from other I/O errors and says so in one way everywhere. */
public final class FullDisk {
    /** Below this a small write fails on some file systems; they differ in what they keep back. */
    private static final long NOTHING_LEFT = 16 * 1024;

    private FullDisk() {}

    /** Whether {@code failure}, met while writing near {@code path}, means that the disk or a quota is full. */
    public static boolean explains(IOException failure, Path path) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded") || noRoomAt(path);
    }

    /** Whether the file system of {@code path} has nothing left; false when that cannot be found out. */
    static boolean noRoomAt(Path path) {
        try {
            Path existing = path.toAbsolutePath();
            while (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            return Files.getFileStore(existing).getUsableSpace() < NOTHING_LEFT;
        } catch (IOException e) {
            return false;
        }
    }

    /** NO_SPACE for {@code what} that could not be stored at {@code path}. */
    public static RuntimeFailure failure(String what, Path path, Throwable cause) {
        Path folder = path.toAbsolutePath().getParent();
        return new RuntimeFailure(
                RuntimeFailure.Kind.NO_SPACE,
                what + " could not be stored: the disk of " + path.toAbsolutePath()
                        + " is full. What was stored before is intact. Free some space (df -h "
                        + (folder == null ? path.toAbsolutePath() : folder) + " shows it) and try again.",
                cause);
    }
}
