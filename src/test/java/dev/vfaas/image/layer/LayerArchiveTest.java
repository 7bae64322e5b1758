package dev.vfaas.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layer's bytes: what another program reads out of them, and that they are the same everywhere. */
class LayerArchiveTest {
    /** Text that compresses and bytes that do not, enough of both that compressors differ. */
    private static List<LayerEntry> files(Path folder) throws IOException {
        Random random = new Random(7);
        List<LayerEntry> entries = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] bytes = new byte[20_000 + i];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                for (int at = 0; at < bytes.length; at++) {
                    bytes[at] = (byte) ("etaoin shrdlu\n".charAt((bytes[at] & 0xff) % 14));
                }
            }
            Path file = Files.write(folder.resolve("f" + i), bytes);
            entries.add(new LayerEntry(file, "/home/app/d" + i % 3 + "/f" + i, i % 5 == 0, bytes.length, ""));
        }
        return entries;
    }

    @Test
    void isReadByOthersAndIsTheSameOnEveryMachine(@TempDir Path folder) throws IOException {
        BuildCache cache = new BuildCache(folder.resolve("cache"));
        List<LayerEntry> entries = files(folder);
        Layer layer = new LayerArchive(cache).make("test", entries);
        byte[] compressed = Files.readAllBytes(cache.blobPath(layer.digest()));
        assertThat(layer.digest()).isEqualTo("sha256:" + Fingerprint.hexOf(compressed));
        assertThat(layer.size()).isEqualTo(compressed.length);

        byte[] plain;
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            plain = in.readAllBytes();
        }
        assertThat(layer.diffId()).isEqualTo("sha256:" + Fingerprint.hexOf(plain));
        Map<String, TarArchiveEntry> read = new HashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(plain))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                read.put(entry.getName(), entry);
            }
        }
        assertThat(read.values().stream().filter(TarArchiveEntry::isFile)).hasSize(40);
        assertThat(read.get("home/app/d1/f10").getMode() & 0777).isEqualTo(0755);
        assertThat(read.get("home/app/d2/f11").getMode() & 0777).isEqualTo(0644);
        assertThat(read.get("home/app/").getLongUserId()).isZero();

        assertThat(layer.digest()).isEqualTo("sha256:00a3ef2b6a1e627ec4269f4bda5ec44b15848b2bc54b223895db89a09f25915d");
    }
}
