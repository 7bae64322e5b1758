package dev.vfaas.provision.engine;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Permissions of files and folders of this machine that only their owner may read; nothing where the file system has none, as on Windows. */
public final class OwnerOnly {
    private OwnerOnly() {}

    /** For a file that is made at {@code path}: 0600. */
    public static FileAttribute<?>[] file(Path path) {
        return of(path, "rw-------");
    }

    /** For a folder that is made at {@code path}: 0700. */
    public static FileAttribute<?>[] folder(Path path) {
        return of(path, "rwx------");
    }

    private static FileAttribute<?>[] of(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
