package dev.vfaas.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.FileHashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of a person's files go into an image. */
class HandlerFilesTest {
    @TempDir
    Path folder;

    private Path handler;

    @BeforeEach
    void aHandler() throws IOException {
        handler = folder.resolve("handler");
        write("handler.py");
    }

    private void write(String... paths) throws IOException {
        for (String path : paths) {
            Path file = handler.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, path);
        }
    }

    private List<String> listed(Map<String, Path> copies) {
        return new HandlerFiles(new FileHashes(new BuildCache(folder.resolve("cache")), handler))
                .list(handler, copies, "/f").stream().map(LayerEntry::target).toList();
    }

    @Test
    void whatToolsLeaveBehindStaysOut() throws IOException {
        write(
                ".git/config",
                "sub/__pycache__/x.pyc",
                "node_modules/a/index.js",
                ".venv/bin/python",
                "target/x.jar",
                "build/x",
                "lib/build/kept.py",
                "lib/target/kept",
                ".env");
        assertThat(listed(Map.of()))
                .containsExactly("/f/.env", "/f/handler.py", "/f/lib/build/kept.py", "/f/lib/target/kept");
    }

    @Test
    void dockerignoreIsFollowed() throws IOException {
        write(
                "a.log",
                "sub/b.log",
                "sub/deep/c.log",
                "tmp/x",
                "tmp/keep/y",
                "docs/readme.md",
                "x1",
                "x2",
                "xa",
                "#real");
        Files.writeString(handler.resolve(".dockerignore"), """
                # comment
                *.log
                **/c.log
                /tmp/
                !tmp/keep
                docs/**
                x[0-9]
                """);
        assertThat(listed(Map.of()))
                .containsExactly("/f/#real", "/f/handler.py", "/f/sub/b.log", "/f/tmp/keep/y", "/f/xa");
    }

    @Test
    void linksInsideAreFollowedAndThoseThatLeadOutAreNot() throws IOException {
        write("real/a.txt");
        Files.createSymbolicLink(handler.resolve("alias.txt"), Path.of("real/a.txt"));
        Files.createSymbolicLink(handler.resolve("folder"), Path.of("real"));
        assertThat(listed(Map.of()))
                .containsExactly("/f/alias.txt", "/f/folder/a.txt", "/f/handler.py", "/f/real/a.txt");
        Path outside = Files.writeString(folder.resolve("outside"), "x");
        Path link = Files.createSymbolicLink(handler.resolve("leak"), outside);
        assertThatThrownBy(() -> listed(Map.of()))
                .hasMessageContaining("the link " + link + " leads out of")
                .hasMessageContaining("depends on this machine");
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("missing"));
        assertThatThrownBy(() -> listed(Map.of())).hasMessageContaining("leads nowhere");
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("."));
        assertThatThrownBy(() -> listed(Map.of())).hasMessageContaining("leads to a folder that holds it");
    }

    @Test
    void copiesLieBelowTheFunction() throws IOException {
        Path shared = Files.createDirectories(folder.resolve("shared/models"));
        Files.writeString(shared.resolve("m.bin"), "m");
        assertThat(listed(Map.of("shared", folder.resolve("shared"), "one/m.bin", shared.resolve("m.bin"))))
                .containsExactly("/f/handler.py", "/f/one/m.bin", "/f/shared/models/m.bin");
        assertThatThrownBy(() -> listed(Map.of("gone", folder.resolve("gone"))))
                .hasMessageContaining("cannot copy " + folder.resolve("gone"));
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new HandlerFiles(new FileHashes(new BuildCache(folder.resolve("cache")), handler))
                        .list(folder.resolve("nothing"), Map.of(), "/f"))
                .hasMessageContaining("the handler folder " + folder.resolve("nothing") + " does not exist");
    }
}
