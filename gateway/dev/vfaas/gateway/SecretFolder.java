package dev.vfaas.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** Where the opened secrets of running functions lie: in memory if this system offers a place, so that they never reach a disk. */
final class SecretFolder {
    private final Map<String, String> environment;
    private final Path sharedMemory;

    /** @param sharedMemory a file system in memory that all users may write to, usually /dev/shm */
    SecretFolder(Map<String, String> environment, Path sharedMemory) {
        this.environment = environment;
        this.sharedMemory = sharedMemory;
    }

    /** A folder for the gateway over {@code data}, made 0700; inside {@code data} when there is none in memory that is this user's alone. */
    Path choose(Path data) throws IOException {
        String name = "vfaas-" + digest(data);
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty()) {
            Path folder = Path.of(runtime, name);
            if (own(folder, data)) {
                return folder;
            }
        }
        Path shared = sharedMemory.resolve(name);
        return own(shared, data) ? shared : data.resolve("secrets");
    }

    /** Makes the folder; false when it cannot be, or when it is there but another user could have made it or can look into it. */
    private static boolean own(Path folder, Path data) {
        try {
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                // from an earlier gateway, if it is ours
            }
            PosixFileAttributes found =
                    Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isDirectory()
                    && found.owner().equals(Files.getOwner(data))
                    && PosixFilePermissions.toString(found.permissions()).equals("rwx------");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static String digest(Path data) throws IOException {
        try {
            byte[] path = data.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(path), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
