package dev.vfaas.provision.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    @TempDir
    Path folder;

    private static byte[] sent(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                byte[] text = namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(namesAndTexts[i], true);
                entry.setSize(text.length);
                tar.putArchiveEntry(entry);
                tar.write(text);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private Path write(byte[] sent) throws IOException {
        Path file = folder.resolve("backup.tar.gz");
        try (var out = Files.newOutputStream(file)) {
            new ArchiveWriter("1.0", "2026-01-01T00:00:00Z", "root@vds", bytes -> {})
                    .write(new ByteArrayInputStream(sent), out);
        }
        return file;
    }

    @Test
    void holdsWhatWasSentWithItsChecksums() throws IOException {
        Path file = write(sent(
                "facts", "k3s=v1.36.3+k3s1\nnode=a\nwarning=an image is missing\n",
                "data/etcd-snapshot", "snapshot",
                "var/lib/vfaas/state.json", "{\"vfaas\":\"1\"}"));

        ArchiveReader.Checked checked = new ArchiveReader().check(file);
        assertThat(checked.manifest().fact("k3s")).isEqualTo("v1.36.3+k3s1");
        assertThat(checked.manifest().warnings()).containsExactly("an image is missing");
        assertThat(checked.manifest().files())
                .containsOnlyKeys("data/etcd-snapshot", "root/var/lib/vfaas/state.json")
                .containsEntry(
                        "data/etcd-snapshot", "16a0eeb0791b6c92451fd284dd9f599e0a7dbe7f6ebea6e2d2d06c7f74aec112");
        assertThat(checked.state()).isEqualTo("{\"vfaas\":\"1\"}");
        assertThat(checked.unpacked()).isEqualTo(21);
    }

    @Test
    void whatWasCutOffOnItsWayIsNoBackup() throws IOException {
        byte[] whole = sent("facts", "k3s=v1\n", "data/a", "text".repeat(5000));
        assertThatThrownBy(() -> write(Arrays.copyOf(whole, whole.length - 20))).isInstanceOf(EOFException.class);
    }

    @Test
    void everyBitCounts() throws IOException {
        Path file = write(sent("data/a", "text", "data/b", "more"));
        byte[] bytes = Files.readAllBytes(file);
        for (int cut : new int[] {bytes.length / 3, bytes.length - 12}) {
            Files.write(file, Arrays.copyOf(bytes, cut));
            assertThatThrownBy(() -> new ArchiveReader().check(file)).isInstanceOf(Failure.class);
        }
        Files.write(file, sent("data/a", "text"));
        assertThatThrownBy(() -> new ArchiveReader().check(file)).hasMessageContaining("no manifest");
        Files.write(
                file,
                sent(
                        "data/a",
                        "other",
                        "manifest.json",
                        "{\"format\":1,\"files\":[{\"name\":\"data/a\",\"sha256\":\"00\"}]}"));
        assertThatThrownBy(() -> new ArchiveReader().check(file)).hasMessageContaining("damaged", "data/a");
        Files.write(file, sent("../../etc/passwd", "x"));
        assertThatThrownBy(() -> new ArchiveReader().check(file)).hasMessageContaining("it holds");
    }
}
