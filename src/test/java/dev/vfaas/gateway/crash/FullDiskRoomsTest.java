package dev.vfaas.gateway.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.image.OciImageStore;
import dev.vfaas.gateway.image.RegistryClient;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.queue.QueueMetrics;
import dev.vfaas.gateway.store.SmallDisk;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk without room: what a client reads, and that nothing is lost or left behind. */
class FullDiskRoomsTest {
    @TempDir
    Path folder;

    @Test
    void pushesAreRefusedWith507AndWorkOnceThereIsRoom() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "8m");
                SqliteDatabase database =
                        SqliteDatabase.open(folder.resolve("disk/state.db"), List.of(OciImageStore.SCHEMA));
                OciImageStore images =
                        OciImageStore.open(database, folder.resolve("disk/images"), Duration.ofHours(1), line -> {});
                TestServer server = new TestServer(images.handler(), null);
                RegistryClient client = new RegistryClient(server.uri("/"))) {
            client.pushImage("fn", "before", "{}", List.of("kept"));
            HttpResponse<byte[]> begun = client.send("POST", "/v2/fn/blobs/uploads/");
            String upload = begun.headers().firstValue("Location").orElseThrow();
            client.send("PATCH", upload, new byte[100_000]);
            Path ballast = disk.fill();

            for (String path :
                    List.of("POST /v2/fn/blobs/uploads/?digest=sha256:" + "0".repeat(64), "PATCH " + upload)) {
                HttpResponse<byte[]> refused = client.send(path.split(" ")[0], path.split(" ")[1], new byte[1_000_000]);
                assertThat(refused.statusCode()).as(path).isEqualTo(507);
                assertThat(new String(refused.body(), StandardCharsets.UTF_8))
                        .contains("\"errors\"")
                        .contains("is full")
                        .contains(folder.resolve("disk/images").toString());
            }
            try (Stream<Path> incoming = Files.list(folder.resolve("disk/images/incoming"))) {
                assertThat(incoming).isEmpty();
            }
            assertThat(client.send("GET", upload).headers().firstValue("Range")).hasValue("0-99999");
            assertThat(client.send("GET", "/v2/fn/manifests/before").statusCode())
                    .isEqualTo(200);

            Files.delete(ballast);
            client.pushImage("fn", "after", "{}", List.of("kept", "x".repeat(500_000)));
            assertThat(images.resolve("fn:after").layers()).allMatch(Files::exists);
        }
    }

    @Test
    void callsAreRefusedWith507AndThoseAcceptedRunOnce() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "8m");
                TestServer functions = new TestServer(
                        exchange -> {
                            exchange.body().readAllBytes();
                            runs.incrementAndGet();
                            exchange.respond(200, "");
                        },
                        null);
                SqliteDatabase database =
                        SqliteDatabase.open(folder.resolve("disk/state.db"), List.of(AsyncQueue.SCHEMA));
                AsyncQueue queue = AsyncQueue.open(
                        database,
                        folder.resolve("disk/calls"),
                        StateProcess.Echo::new,
                        QueueConfig.DEFAULT,
                        QueueMetrics.NONE,
                        "test",
                        new Log(System.err));
                TestServer server = new TestServer(queue.handler(), null);
                RegistryClient client = new RegistryClient(server.uri("/"))) {
            Path ballast = disk.fill();
            int accepted = 0;
            HttpResponse<byte[]> answer = null;
            for (int i = 0; i < 200 && (answer == null || answer.statusCode() == 202); i++) {
                answer = client.send("POST", "/async-function/echo", new byte[60_000]);
                accepted += answer.statusCode() == 202 ? 1 : 0;
            }
            assertThat(answer.statusCode()).isEqualTo(507);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("is full");
            HttpResponse<byte[]> large = client.send("POST", "/async-function/echo", new byte[2_000_000]);
            assertThat(large.statusCode()).isEqualTo(507);
            try (Stream<Path> bodies = Files.list(folder.resolve("disk/calls"))) {
                assertThat(bodies).isEmpty();
            }
            queue.start(URI.create("http://" + functions.authority()));
            for (int i = 0; i < 1000 && runs.get() < accepted; i++) {
                Thread.sleep(10);
            }
            Files.delete(ballast);
            assertThat(client.send("POST", "/async-function/echo", new byte[60_000])
                            .statusCode())
                    .isEqualTo(202);
            for (int i = 0; i < 1000 && rows(database) > 0; i++) {
                Thread.sleep(10);
            }
            assertThat(rows(database)).isZero();
            assertThat(runs).hasValue(accepted + 1);
        }
    }

    private static int rows(SqliteDatabase database) {
        return database.read(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT count(*) FROM queue_call")) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }
}
