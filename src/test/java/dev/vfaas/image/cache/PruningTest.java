package dev.vfaas.image.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruningTest {
    @TempDir
    Path root;

    private static void age(Path path, Duration age) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatNobodyUsedForAMonthGoesAndAUseKeepsIt() throws IOException {
        BuildCache cache = new BuildCache(root);
        String old = cache.putBlob(bytes("old"));
        String used = cache.putBlob(bytes("used"));
        age(cache.blobPath(old), Duration.ofDays(31));
        age(cache.blobPath(used), Duration.ofDays(31));
        assertThat(cache.blob(used)).isPresent();
        cache.putRecord("layers", "k", Map.of("a", "b"));
        age(root.resolve("records/layers/k"), Duration.ofDays(31));
        Path template = Files.createDirectories(root.resolve("templates/t/code"));
        Files.writeString(template.resolve("index.py"), "x");
        age(template.getParent(), Duration.ofDays(31));
        Path abandoned = cache.workFolder();
        Files.writeString(abandoned.resolve("half"), "x");
        age(abandoned, Duration.ofDays(2));
        Path running = cache.workFolder();

        assertThat(new Pruning(cache).ifDue()).isTrue();
        assertThat(cache.blob(old)).isEmpty();
        assertThat(cache.blob(used)).isPresent();
        assertThat(cache.record("layers", "k")).isEmpty();
        assertThat(template.getParent()).doesNotExist();
        assertThat(abandoned).doesNotExist();
        assertThat(running).exists();
        assertThat(new Pruning(cache).ifDue()).as("once a day").isFalse();
    }

    @Test
    void blobsBeyondTheLimitGoOldestFirst() throws IOException {
        BuildCache cache = new BuildCache(root);
        String first = cache.putBlob(bytes("1".repeat(600)));
        String second = cache.putBlob(bytes("2".repeat(600)));
        age(cache.blobPath(first), Duration.ofHours(2));
        age(cache.blobPath(second), Duration.ofHours(1));
        new Pruning(cache, 1000).ifDue();
        assertThat(cache.blobPath(first)).doesNotExist();
        assertThat(cache.blobPath(second)).exists();
    }
}
