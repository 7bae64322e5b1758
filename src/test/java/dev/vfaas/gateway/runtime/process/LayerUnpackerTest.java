package dev.vfaas.gateway.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUnpackerTest {
    @TempDir
    Path folder;

    private Path root;
    private final List<Path> layers = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "gzip", "zstd"})
    void files_keep_their_content_modes_and_times(String compression) throws IOException {
        layer(
                compression,
                file("a/b/run.sh", "#!/bin/sh\n", 0750),
                file("./a/text", "text", 0600),
                link("a/l", "b/run.sh"));
        new LayerUnpacker(root, true).unpack(layers);
        assertThat(root.resolve("a/b/run.sh")).hasContent("#!/bin/sh\n");
        assertThat(mode("a/b/run.sh")).isEqualTo("rwxr-x---");
        assertThat(mode("a/text")).isEqualTo("rw-------");
        assertThat(Files.getLastModifiedTime(root.resolve("a/text")).toInstant())
                .isEqualTo(Instant.ofEpochSecond(1));
        assertThat(root.resolve("a/l")).isSymbolicLink().hasContent("#!/bin/sh\n");
    }

    @Test
    void later_layers_replace_and_hide() throws IOException {
        layer(
                "tar",
                file("a/one", "1", 0644),
                file("a/two", "2", 0644),
                file("b/x/deep", "3", 0644),
                file("c", "4", 0644));
        layer(
                "gzip",
                file("a/.wh.one", "", 0644),
                file("b/new", "5", 0644),
                file("b/.wh..wh..opq", "", 0644),
                file("c/inside", "6", 0644));
        new LayerUnpacker(root, true).unpack(layers);
        assertThat(root.resolve("a/one")).doesNotExist();
        assertThat(root.resolve("a/two")).hasContent("2");
        assertThat(root.resolve("b/x")).doesNotExist();
        assertThat(root.resolve("b/new")).hasContent("5");
        assertThat(root.resolve("c/inside")).hasContent("6");
        try (var found = Files.walk(root)) {
            assertThat(found.map(Path::toString)).noneMatch(name -> name.contains(".wh."));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "a/.wh...", ".wh."})
    void paths_that_leave_the_folder_are_refused(String name) throws IOException {
        layer("tar", file(name, "x", 0644));
        assertThatThrownBy(() -> new LayerUnpacker(root, true).unpack(layers))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name);
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void a_hard_link_shares_a_file_of_the_image_and_no_other() throws IOException {
        layer("tar", file("a", "1", 0644), hardLink("d/b", "a"));
        new LayerUnpacker(root, true).unpack(layers);
        assertThat(root.resolve("d/b")).hasContent("1");
        Files.writeString(folder.resolve("outside"), "secret");
        layers.clear();
        layer("tar", hardLink("c", "../outside"));
        assertThatThrownBy(() -> new LayerUnpacker(root, true).unpack(layers)).isInstanceOf(IOException.class);
        layers.clear();
        layer("tar", hardLink("c", "missing"));
        assertThatThrownBy(() -> new LayerUnpacker(root, true).unpack(layers)).hasMessageContaining("missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "../..", "../../outside", "x/../../../outside"})
    void links_out_of_an_image_without_a_root_of_its_own_are_refused(String target) throws IOException {
        layer("tar", link("a/l", target));
        assertThatThrownBy(() -> new LayerUnpacker(root, true).unpack(layers))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("outside of the image");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp-of-image", "../../tmp-of-image", "/d/../tmp-of-image"})
    void a_link_is_followed_inside_the_image_when_files_are_written_through_it(String target) throws IOException {
        layer("tar", link("a/l", target), file("a/l/evil", "x", 0644));
        new LayerUnpacker(root, false).unpack(layers);
        assertThat(root.resolve("tmp-of-image/evil")).hasContent("x");
        assertThat(Path.of("/tmp-of-image")).doesNotExist();
        assertThat(folder.resolve("tmp-of-image")).doesNotExist();
    }

    @Test
    void a_file_replaces_a_link_instead_of_writing_through_it() throws IOException {
        Path outside = Files.writeString(folder.resolve("outside"), "mine");
        layer("tar", link("l", outside.toString()));
        layer("tar", file("l", "new", 0644));
        new LayerUnpacker(root, false).unpack(layers);
        assertThat(outside).hasContent("mine");
        assertThat(root.resolve("l")).isRegularFile().hasContent("new");
    }

    @Test
    void links_in_a_circle_are_refused() throws IOException {
        layer("tar", link("a", "b"), link("b", "a"), file("a/x", "1", 0644));
        assertThatThrownBy(() -> new LayerUnpacker(root, false).unpack(layers)).hasMessageContaining("too many links");
    }

    @Test
    void a_cut_layer_is_an_error() throws IOException {
        layer("gzip", file("a", "x".repeat(100_000), 0644));
        byte[] whole = Files.readAllBytes(layers.getFirst());
        Files.write(layers.getFirst(), java.util.Arrays.copyOf(whole, whole.length - 30));
        assertThatThrownBy(() -> new LayerUnpacker(root, true).unpack(layers)).isInstanceOf(IOException.class);
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(name)));
    }

    private interface Entry {
        void write(TarArchiveOutputStream tar) throws IOException;
    }

    private static Entry file(String name, String content, int mode) {
        return tar -> {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setSize(bytes.length);
            entry.setMode(mode);
            entry.setModTime(new Date(1_000));
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        };
    }

    private static Entry link(String name, String target) {
        return special(name, target, TarConstants.LF_SYMLINK);
    }

    private static Entry hardLink(String name, String target) {
        return special(name, target, TarConstants.LF_LINK);
    }

    private static Entry special(String name, String target, byte type) {
        return tar -> {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        };
    }

    private void layer(String compression, Entry... entries) throws IOException {
        Path file = folder.resolve("layer" + layers.size());
        OutputStream out = Files.newOutputStream(file);
        OutputStream compressed = switch (compression) {
            case "gzip" -> new GZIPOutputStream(out);
            case "zstd" -> new ZstdOutputStream(out);
            default -> out;
        };
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(compressed)) {
            for (Entry entry : entries) {
                entry.write(tar);
            }
        }
        layers.add(file);
    }
}
