package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFolderTest {
    @TempDir
    private Path folder;

    private Path data;
    private Path memory;

    @BeforeEach
    void folders() throws Exception {
        data = Files.createDirectory(folder.resolve("data"));
        memory = Files.createDirectory(folder.resolve("memory"));
    }

    @Test
    void itIsInMemoryAndPrivate() throws Exception {
        Path chosen = new SecretFolder(Map.of(), memory).choose(data);
        assertThat(chosen).startsWith(memory);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(chosen)))
                .isEqualTo("rwx------");
        assertThat(new SecretFolder(Map.of(), memory).choose(data)).isEqualTo(chosen);
    }

    @Test
    void theUsersRuntimeDirectoryIsPreferred() throws Exception {
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        assertThat(new SecretFolder(Map.of("XDG_RUNTIME_DIR", runtime.toString()), memory).choose(data))
                .startsWith(runtime);
    }

    @Test
    void aFolderOthersCanReadOrALinkIsNotUsed() throws Exception {
        Path first = new SecretFolder(Map.of(), memory).choose(data);
        Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(new SecretFolder(Map.of(), memory).choose(data)).isEqualTo(data.resolve("secrets"));
        Files.delete(first);
        Files.createSymbolicLink(first, Files.createDirectory(folder.resolve("elsewhere")));
        assertThat(new SecretFolder(Map.of(), memory).choose(data)).isEqualTo(data.resolve("secrets"));
    }

    @Test
    void withoutMemoryItIsBesideTheData() throws Exception {
        assertThat(new SecretFolder(Map.of(), folder.resolve("none")).choose(data))
                .isEqualTo(data.resolve("secrets"));
    }
}
