package dev.vfaas.provision.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyTest {
    @TempDir
    Path folder;

    @Test
    void onlyTheOwnerReads() throws Exception {
        Path made = Files.createDirectory(folder.resolve("made"), OwnerOnly.folder(folder));
        Path file = Files.createFile(made.resolve("file"), OwnerOnly.file(made));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileSystemWithoutPermissionsIsNoObstacle() throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(folder.resolve("a.zip"), Map.of("create", "true"))) {
            Path made = Files.createDirectory(zip.getPath("/made"), OwnerOnly.folder(zip.getPath("/made")));
            assertThat(Files.createFile(made.resolve("file"), OwnerOnly.file(made)))
                    .exists();
        }
    }
}
