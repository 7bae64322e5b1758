package dev.vfaas.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFilesTest {
    @TempDir
    Path lib;

    @BeforeEach
    void jars() throws IOException {
        for (String name : List.of("vfaas.jar", "quick-1.jar", "rest-1.jar", "class-paths")) {
            Files.createFile(lib.resolve(name));
        }
    }

    @Test
    void aLauncherThatSaysWhereAllAreIsBelieved() {
        String told = lib.resolve("vfaas.jar") + File.pathSeparator + lib.resolve("rest-1.jar");
        assertThat(new ProgramFiles(told, lib.resolve("vfaas.jar").toString()).classPath())
                .containsExactly(lib.resolve("vfaas.jar"), lib.resolve("rest-1.jar"));
    }

    @Test
    void onWindowsWhatLiesBesideTheQuickCommandsJarsBelongsToItToo() throws IOException {
        String used = lib.resolve("vfaas.jar") + File.pathSeparator + lib.resolve("quick-1.jar");
        assertThat(new ProgramFiles(null, used).classPath())
                .as("not from an archive for Windows")
                .hasSize(2);
        Files.createFile(lib.resolve("class-paths.cmd"));
        assertThat(new ProgramFiles(null, used).classPath())
                .containsExactly(lib.resolve("vfaas.jar"), lib.resolve("quick-1.jar"), lib.resolve("rest-1.jar"));
    }
}
