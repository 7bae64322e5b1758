package dev.vfaas.gateway.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Where the opened secrets of running functions lie: in memory where the system has a file system there, so that they never reach a disk. */
final class SecretFolder {
    private SecretFolder() {}

    /** A folder for the gateway whose data lies in {@code data}, belonging to this user alone; made if need be. */
    static Path choose(Path data, Map<String, String> environment) throws IOException {
        String name = "vfaas-"
                + UUID.nameUUIDFromBytes(data.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
        for (String parent : List.of(environment.getOrDefault("XDG_RUNTIME_DIR", ""), "/dev/shm")) {
            if (parent.isEmpty() || !Files.isWritable(Path.of(parent))) {
                continue;
            }
            Path folder = Path.of(parent, name);
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                return folder;
            } catch (FileAlreadyExistsException e) {
                if (isOurs(folder, data)) {
                    return folder;
                }
            } catch (IOException | UnsupportedOperationException e) {
                continue; // full or not allowed: the next place
            }
        }
        return Files.createDirectories(data.resolve("secrets"));
    }

    /** Others can make a folder of any name where all may write: only one that is ours alone will do. */
    private static boolean isOurs(Path folder, Path data) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(data))
                && Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS)
                        .equals(EnumSet.of(
                                PosixFilePermission.OWNER_READ,
                                PosixFilePermission.OWNER_WRITE,
                                PosixFilePermission.OWNER_EXECUTE));
    }
}
