package dev.vfaas.gateway.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectionTest {
    private static final Duration GRACE = Duration.ofHours(1);
    private static final Duration LONGER = GRACE.plusMinutes(1);

    @TempDir
    Path folder;

    private final Clock clock = new Clock();
    private SqliteDatabase database;
    private OciImageStore store;
    private TestServer server;
    private RegistryClient client;

    /** A clock the test moves. */
    private static final class Clock implements InstantSource {
        private volatile Instant now = Instant.now();

        @Override
        public Instant instant() {
            return now;
        }

        void advance(Duration by) {
            now = now.plus(by);
        }
    }

    @BeforeEach
    void open() throws Exception {
        open(clock, GRACE);
    }

    private void open(InstantSource time, Duration grace) throws Exception {
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(OciImageStore.SCHEMA));
        store = OciImageStore.open(
                database, folder.resolve("images"), time, grace, new Machine("linux", "amd64"), line -> {});
        server = new TestServer(store.handler(), null);
        client = new RegistryClient(server.uri("/"));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        store.close();
        database.close();
    }

    @Test
    void taggedImagesStayForEver() throws Exception {
        client.image("fn", "latest", "{}", List.of("a", "b"));
        clock.advance(Duration.ofDays(365));
        assertThat(store.collect().blobs()).isZero();
        assertThat(store.resolve("fn").layers()).hasSize(2).allMatch(Files::exists);
    }

    @Test
    void aReplacedImageGoesAfterTheGracePeriodAndLeavesWhatTheNewOneShares() throws Exception {
        Digest old = client.image("fn", "latest", "{}", List.of("shared", "old"));
        clock.advance(LONGER);
        client.image("fn", "latest", "{}", List.of("shared", "new"));

        assertThat(store.collect()).isEqualTo(new GarbageCollection.Collected(0, 0, 0));
        assertThat(store.resolve("fn@" + old).layers()).allMatch(Files::exists);
        clock.advance(LONGER);
        GarbageCollection.Collected collected = store.collect();

        assertThat(collected.manifests()).isEqualTo(1);
        assertThat(collected.blobs()).isEqualTo(2); // its manifest and its own layer
        assertThat(exists("old")).isFalse();
        assertThat(store.resolve("fn").layers()).hasSize(2).allMatch(Files::exists);
    }

    @Test
    void aPinnedImageStaysUntilItIsUnpinned() throws Exception {
        Digest old = client.image("fn", "latest", "{}", List.of("old"));
        store.pin(old.toString());
        store.pin(old.toString());
        client.image("fn", "latest", "{}", List.of("new"));
        clock.advance(LONGER);
        store.collect();
        store.unpin(old.toString());
        store.collect();
        assertThat(store.resolve("fn@" + old).layers()).allMatch(Files::exists);
        store.unpin(old.toString());
        clock.advance(LONGER);
        assertThat(store.collect().manifests()).isEqualTo(1);
        assertThat(exists("old")).isFalse();
    }

    @Test
    void entriesOfAnIndexLiveAndDieWithIt() throws Exception {
        Digest amd = client.image("fn", "tmp", "{}", List.of("amd"));
        client.manifest("fn", "multi", client.index("linux/amd64 " + amd), Manifest.OCI_INDEX);
        client.send("DELETE", "/v2/fn/manifests/tmp");
        clock.advance(LONGER);
        store.collect();
        assertThat(store.resolve("fn:multi").layers()).allMatch(Files::exists);

        client.send("DELETE", "/v2/fn/manifests/multi");
        clock.advance(LONGER);

        assertThat(store.collect().manifests()).isEqualTo(2);
        assertThat(exists("amd")).isFalse();
    }

    @Test
    void aReferrerLivesAsLongAsItsSubject() throws Exception {
        Digest subject = client.image("fn", "1", "{}", List.of("x"));
        byte[] signature = ("{\"schemaVersion\":2,\"mediaType\":\"" + Manifest.OCI_MANIFEST
                        + "\",\"config\":{\"digest\":\"" + Digest.of("{}".getBytes(StandardCharsets.UTF_8))
                        + "\"},\"layers\":[],\"subject\":{\"digest\":\"" + subject + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(signature);
        client.manifest("fn", digest.toString(), signature, Manifest.OCI_MANIFEST);
        clock.advance(LONGER);
        assertThat(store.collect().manifests()).isZero();
        client.send("DELETE", "/v2/fn/manifests/" + subject);
        assertThat(store.collect().manifests()).isEqualTo(1);
        assertThat(client.send("GET", "/v2/fn/manifests/" + digest).statusCode())
                .isEqualTo(404);
    }

    @Test
    void blobsOfAPushThatNeverEndedGoButNotWhatAClientJustAskedFor() throws Exception {
        Digest asked = client.blob("fn", "asked for".getBytes(StandardCharsets.UTF_8));
        client.blob("fn", "forgotten".getBytes(StandardCharsets.UTF_8));
        clock.advance(LONGER);
        assertThat(client.send("HEAD", "/v2/fn/blobs/" + asked).statusCode()).isEqualTo(200);

        assertThat(store.collect().blobs()).isEqualTo(1);

        assertThat(exists("forgotten")).isFalse();
        assertThat(client.send("GET", "/v2/fn/blobs/" + asked).statusCode()).isEqualTo(200);
    }

    @Test
    void uploadsNobodyEndsGoAfterADay() throws Exception {
        client.send("POST", "/v2/fn/blobs/uploads/");
        Path upload;
        try (Stream<Path> uploads = Files.list(folder.resolve("images/uploads"))) {
            upload = uploads.findFirst().orElseThrow();
        }
        store.collect();
        assertThat(upload).exists();
        Files.setLastModifiedTime(upload, FileTime.from(clock.instant().minus(Duration.ofHours(25))));
        store.collect();
        assertThat(upload).doesNotExist();
    }

    @Test
    void aFileWithoutARowIsKnownAfterAStartAndGoesWhenItsTimeIsOver() throws Exception {
        Digest digest = client.blob("fn", "x".getBytes(StandardCharsets.UTF_8));
        database.write(connection -> ImageCatalog.update(connection, "DELETE FROM image_blob"));
        Path left = folder.resolve("images/incoming/half-written");
        Files.writeString(left, "x");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(LONGER)));
        Path running = folder.resolve("images/incoming/of-another-gateway");
        Files.writeString(running, "x");
        close();
        open();
        assertThat(left).doesNotExist();
        assertThat(running).exists();
        assertThat(store.collect().blobs()).isZero();
        assertThat(file(digest)).exists();
        clock.advance(LONGER);
        assertThat(store.collect().blobs()).isEqualTo(1);
        assertThat(file(digest)).doesNotExist();
    }

    @Test
    void aBlobWhoseFileWasLostCountsAsUnknownAndComesBackWithTheNextPush() throws Exception {
        client.image("fn", "latest", "{}", List.of("layer"));
        Digest layer = Digest.of("layer".getBytes(StandardCharsets.UTF_8));
        Files.delete(file(layer));
        assertThat(client.send("HEAD", "/v2/fn/blobs/" + layer).statusCode()).isEqualTo(404);
        client.image("fn", "latest", "{}", List.of("layer"));
        assertThat(store.resolve("fn").layers()).allMatch(Files::exists);
    }

    /** Pushes that overwrite each other's tags and share layers, beside a collection that never rests. */
    @Test
    void neverRacesAPush() throws Exception {
        close();
        open(InstantSource.system(), Duration.ofSeconds(3));
        Map<String, Digest> last = new ConcurrentHashMap<>();
        int collected = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> pushers = new ArrayList<>();
            for (int p = 0; p < 3; p++) {
                String repository = "fn" + p;
                pushers.add(threads.submit(() -> {
                    for (int i = 0; i < 40; i++) {
                        last.put(
                                repository,
                                client.image(
                                        repository,
                                        "latest",
                                        "{}",
                                        List.of("shared", "step " + i % 5, repository + i)));
                        Thread.sleep(50);
                    }
                    return null;
                }));
            }
            while (pushers.stream().anyMatch(pusher -> !pusher.isDone())) {
                collected += store.collect().blobs();
            }
            for (Future<?> pusher : pushers) {
                pusher.get();
            }
        }
        Thread.sleep(Duration.ofSeconds(4));
        collected += store.collect().blobs();
        assertThat(collected).isGreaterThan(100);
        for (Map.Entry<String, Digest> each : last.entrySet()) {
            StoredImage image = store.resolve(each.getKey());
            assertThat(image.digest()).isEqualTo(each.getValue().toString());
            assertThat(image.layers()).hasSize(3).allMatch(Files::exists);
        }
    }

    private boolean exists(String content) {
        return Files.exists(file(Digest.of(content.getBytes(StandardCharsets.UTF_8))));
    }

    private Path file(Digest digest) {
        return folder.resolve("images/blobs/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }
}
