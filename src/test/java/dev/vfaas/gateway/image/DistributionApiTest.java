package dev.vfaas.gateway.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoints of the OCI distribution specification 1.1, request by request. */
class DistributionApiTest {
    private static final byte[] CONTENT = "twelve bytes".getBytes(StandardCharsets.UTF_8);
    private static final Digest DIGEST = Digest.of(CONTENT);
    private static final String ABSENT = "sha256:" + "0".repeat(64);

    @TempDir
    Path folder;

    private SqliteDatabase database;
    private OciImageStore store;
    private TestServer server;
    private RegistryClient client;

    @BeforeEach
    void open() throws Exception {
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(OciImageStore.SCHEMA));
        store = OciImageStore.open(database, folder.resolve("images"), Duration.ofHours(1), line -> {});
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
    void saysWhatItIs() throws Exception {
        HttpResponse<byte[]> answer = client.send("GET", "/v2/");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Docker-Distribution-API-Version"))
                .hasValue("registry/2.0");
    }

    // ---- blobs

    @Test
    void uploadsInOneRequestAndServesWholeAndInRanges() throws Exception {
        HttpResponse<byte[]> created = client.send("POST", "/v2/a/blobs/uploads/?digest=" + DIGEST, CONTENT);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "Location")).isEqualTo("/v2/a/blobs/" + DIGEST);
        assertThat(header(created, "Docker-Content-Digest")).isEqualTo(DIGEST.toString());

        HttpResponse<byte[]> head = client.send("HEAD", "/v2/a/blobs/" + DIGEST);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo("12");
        assertThat(client.send("GET", "/v2/a/blobs/" + DIGEST).body()).isEqualTo(CONTENT);

        requireRange("bytes=0-2", 206, "twe", "bytes 0-2/12");
        requireRange("bytes=7-", 206, "bytes", "bytes 7-11/12");
        requireRange("bytes=-3", 206, "tes", "bytes 9-11/12");
        requireRange("bytes=7-100", 206, "bytes", "bytes 7-11/12");
        requireRange("bytes=0-2,4-5", 200, "twelve bytes", null);
        HttpResponse<byte[]> outside = client.send("GET", "/v2/a/blobs/" + DIGEST, "Range", "bytes=12-");
        assertThat(outside.statusCode()).isEqualTo(416);
        assertThat(header(outside, "Content-Range")).isEqualTo("bytes */12");
    }

    private void requireRange(String range, int status, String body, String contentRange) throws Exception {
        HttpResponse<byte[]> answer = client.send("GET", "/v2/a/blobs/" + DIGEST, "Range", range);
        assertThat(answer.statusCode()).as(range).isEqualTo(status);
        assertThat(RegistryClient.text(answer)).as(range).isEqualTo(body);
        assertThat(header(answer, "Content-Range")).as(range).isEqualTo(contentRange);
    }

    @Test
    void anEmptyBlobIsABlob() throws Exception {
        Digest empty = client.blob("a", new byte[0]);
        HttpResponse<byte[]> answer = client.send("GET", "/v2/a/blobs/" + empty);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aBlobBelongsToTheRepositoriesItWasPushedTo() throws Exception {
        client.blob("a", CONTENT);
        requireError(client.send("GET", "/v2/b/blobs/" + DIGEST), 404, "BLOB_UNKNOWN");
        assertThat(client.send("HEAD", "/v2/b/blobs/" + DIGEST).statusCode()).isEqualTo(404);
    }

    @Test
    void wrongContentIsRefusedAndLeavesNothing() throws Exception {
        requireError(client.send("POST", "/v2/a/blobs/uploads/?digest=" + ABSENT, CONTENT), 400, "DIGEST_INVALID");
        requireError(client.send("POST", "/v2/a/blobs/uploads/?digest=md5:12", CONTENT), 400, "DIGEST_INVALID");
        String upload = begin("a");
        client.send("PATCH", upload, CONTENT);
        requireError(client.send("PUT", upload + "?digest=" + ABSENT), 400, "DIGEST_INVALID");
        assertThat(client.send("GET", upload).statusCode()).isEqualTo(404);
        try (Stream<Path> files = Files.walk(folder.resolve("images"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void uploadsInPiecesAcrossARestartAndSaysHowFarItIs() throws Exception {
        String upload = begin("a");
        HttpResponse<byte[]> first = client.send("PATCH", upload, part(0, 5), "Content-Range", "0-4");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(header(first, "Range")).isEqualTo("0-4");
        assertThat(header(first, "Location")).isEqualTo(upload);
        close();
        open();
        HttpResponse<byte[]> status = client.send("GET", upload);
        assertThat(status.statusCode()).isEqualTo(204);
        assertThat(header(status, "Range")).isEqualTo("0-4");
        assertThat(client.send("PATCH", upload, part(5, 9), "Content-Range", "5-8")
                        .statusCode())
                .isEqualTo(202);

        HttpResponse<byte[]> created =
                client.send("PUT", upload + "?digest=" + DIGEST, part(9, 12), "Content-Range", "9-11");

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(client.send("GET", "/v2/a/blobs/" + DIGEST).body()).isEqualTo(CONTENT);
        requireError(client.send("GET", upload), 404, "BLOB_UPLOAD_UNKNOWN");
    }

    @Test
    void piecesOutOfOrderAreRefusedWithTheOffsetToGoOnFrom() throws Exception {
        String upload = begin("a");
        client.send("PATCH", upload, part(0, 5), "Content-Range", "0-4");
        requireError(client.send("PATCH", upload, part(0, 5), "Content-Range", "0-4"), 416, "BLOB_UPLOAD_INVALID");
        requireError(client.send("PATCH", upload, part(0, 5), "Content-Range", "nonsense"), 416, "BLOB_UPLOAD_INVALID");
        HttpResponse<byte[]> refused = client.send("PATCH", upload, part(6, 9), "Content-Range", "6-8");
        assertThat(refused.statusCode()).isEqualTo(416);
        assertThat(header(refused, "Range")).isEqualTo("0-4");
        assertThat(client.send("PATCH", upload, part(5, 12), "Content-Range", "5-20")
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.send("PUT", upload + "?digest=" + DIGEST, part(5, 12)).statusCode())
                .isEqualTo(201);
    }

    @Test
    void uploadsCanBeCancelledAndBelongToTheirRepository() throws Exception {
        String upload = begin("a");
        requireError(client.send("GET", upload.replace("/v2/a/", "/v2/b/")), 404, "BLOB_UPLOAD_UNKNOWN");
        requireError(client.send("GET", "/v2/a/blobs/uploads/..%2f..%2fstate.db"), 404, null);
        assertThat(client.send("DELETE", upload).statusCode()).isEqualTo(204);
        requireError(client.send("DELETE", upload), 404, "BLOB_UPLOAD_UNKNOWN");
        requireError(client.send("PUT", begin("a"), CONTENT), 400, "DIGEST_INVALID");
    }

    @Test
    void mountsFromAnotherRepositoryOrFromAny() throws Exception {
        client.blob("a", CONTENT);
        assertThat(client.send("POST", "/v2/b/blobs/uploads/?mount=" + DIGEST + "&from=a")
                        .statusCode())
                .isEqualTo(201);
        assertThat(client.send("GET", "/v2/b/blobs/" + DIGEST).body()).isEqualTo(CONTENT);
        assertThat(client.send("POST", "/v2/c/blobs/uploads/?mount=" + DIGEST).statusCode())
                .isEqualTo(201);
        HttpResponse<byte[]> elsewhere = client.send("POST", "/v2/d/blobs/uploads/?mount=" + DIGEST + "&from=zz");
        assertThat(elsewhere.statusCode()).isEqualTo(202);
        assertThat(header(elsewhere, "Location")).startsWith("/v2/d/blobs/uploads/");
        assertThat(client.send("POST", "/v2/d/blobs/uploads/?mount=" + ABSENT + "&from=a")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void manyClientsMayPushTheSameBlobAtOnce() throws Exception {
        byte[] large = new byte[2 << 20];
        new Random(3).nextBytes(large);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Digest>> pushes = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String repository = "r" + i % 3;
                pushes.add(threads.submit(() -> client.blob(repository, large)));
            }
            for (Future<Digest> push : pushes) {
                assertThat(push.get()).isEqualTo(Digest.of(large));
            }
        }
        assertThat(client.send("GET", "/v2/r2/blobs/" + Digest.of(large)).body())
                .isEqualTo(large);
    }

    @Test
    void deletesABlobUnlessAManifestNeedsIt() throws Exception {
        client.blob("a", CONTENT);
        assertThat(client.send("DELETE", "/v2/a/blobs/" + DIGEST).statusCode()).isEqualTo(202);
        requireError(client.send("DELETE", "/v2/a/blobs/" + DIGEST), 404, "BLOB_UNKNOWN");
        Digest manifest = client.image("a", "1", "{}", List.of("twelve bytes"));
        requireError(client.send("DELETE", "/v2/a/blobs/" + DIGEST), 405, "UNSUPPORTED");
        client.send("DELETE", "/v2/a/manifests/" + manifest);
        assertThat(client.send("DELETE", "/v2/a/blobs/" + DIGEST).statusCode()).isEqualTo(202);
    }

    // ---- manifests

    @ParameterizedTest
    @ValueSource(strings = {Manifest.OCI_MANIFEST, Manifest.DOCKER_MANIFEST})
    void storesAManifestByteForByteUnderTagAndDigest(String type) throws Exception {
        client.blob("a", CONTENT);
        String text = ("{ \"schemaVersion\": 2,\n \"mediaType\": \"" + type + "\", \"config\": {\"digest\":\"" + DIGEST
                + "\",\"size\":12}, \"layers\": [ ] }");
        byte[] manifest = text.getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(manifest);

        HttpResponse<byte[]> created = client.manifest("a", "v1.0_x-Y", manifest, type);

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "Location")).isEqualTo("/v2/a/manifests/" + digest);
        for (String reference : List.of("v1.0_x-Y", digest.toString())) {
            HttpResponse<byte[]> answer = client.send("GET", "/v2/a/manifests/" + reference);
            assertThat(answer.body()).isEqualTo(manifest);
            assertThat(header(answer, "Content-Type")).isEqualTo(type);
            assertThat(header(answer, "Docker-Content-Digest")).isEqualTo(digest.toString());
            HttpResponse<byte[]> head = client.send("HEAD", "/v2/a/manifests/" + reference);
            assertThat(header(head, "Content-Length")).isEqualTo(Integer.toString(manifest.length));
        }
        assertThat(client.manifest("a", digest.toString(), manifest, type).statusCode())
                .isEqualTo(201);
        requireError(client.manifest("a", ABSENT, manifest, type), 400, "DIGEST_INVALID");
    }

    @Test
    void everythingAManifestRefersToMustBeThere() throws Exception {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        byte[] manifest = client.imageManifest(config, List.of(CONTENT));
        client.blob("a", config);
        client.blob("elsewhere", CONTENT);
        HttpResponse<byte[]> refused = client.manifest("a", "1", manifest, Manifest.OCI_MANIFEST);
        requireError(refused, 404, "MANIFEST_BLOB_UNKNOWN");
        assertThat(client.json(refused).at("/errors/0/detail/digest").asText()).isEqualTo(DIGEST.toString());
        byte[] index = client.index("linux/amd64 " + Digest.of(manifest));
        requireError(client.manifest("a", "i", index, Manifest.OCI_INDEX), 404, "MANIFEST_BLOB_UNKNOWN");
        requireError(client.send("GET", "/v2/a/manifests/1"), 404, "MANIFEST_UNKNOWN");

        client.blob("a", CONTENT);
        assertThat(client.manifest("a", "1", manifest, Manifest.OCI_MANIFEST).statusCode())
                .isEqualTo(201);
        assertThat(client.manifest("a", "i", index, Manifest.OCI_INDEX).statusCode())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "{\"schemaVersion\":1}",
                "{\"schemaVersion\":2}",
                "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha512:00\"}}",
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}",
                "{\"schemaVersion\":2,\"mediaType\":7,\"config\":\"x\"}",
            })
    void malformedManifestsAreRefused(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        requireError(client.manifest("a", "1", bytes, Manifest.OCI_MANIFEST), 400, "MANIFEST_INVALID");
    }

    @Test
    void unknownTypesAndHugeManifestsAreRefused() throws Exception {
        byte[] text = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);
        requireError(
                client.manifest("a", "1", text, "application/vnd.docker.distribution.manifest.v1+json"),
                400,
                "MANIFEST_INVALID");
        requireError(
                client.manifest("a", "1", new byte[(4 << 20) + 1], Manifest.OCI_MANIFEST), 413, "MANIFEST_INVALID");
    }

    @Test
    void deletesByTagAndByDigest() throws Exception {
        Digest digest = client.image("a", "1", "{}", List.of("x"));
        client.image("a", "2", "{}", List.of("x"));
        assertThat(client.send("DELETE", "/v2/a/manifests/1").statusCode()).isEqualTo(202);
        requireError(client.send("GET", "/v2/a/manifests/1"), 404, "MANIFEST_UNKNOWN");
        assertThat(client.send("GET", "/v2/a/manifests/2").statusCode()).isEqualTo(200);
        assertThat(client.send("DELETE", "/v2/a/manifests/" + digest).statusCode())
                .isEqualTo(202);
        requireError(client.send("GET", "/v2/a/manifests/2"), 404, "MANIFEST_UNKNOWN");
        requireError(client.send("DELETE", "/v2/a/manifests/" + digest), 404, "MANIFEST_UNKNOWN");
    }

    @Test
    void whatAFunctionRunsIsNotDeleted() throws Exception {
        Digest digest = client.image("a", "1", "{}", List.of("x"));
        store.pin(digest.toString());
        requireError(client.send("DELETE", "/v2/a/manifests/" + digest), 405, "UNSUPPORTED");
        store.unpin(digest.toString());
        assertThat(client.send("DELETE", "/v2/a/manifests/" + digest).statusCode())
                .isEqualTo(202);
    }

    // ---- listings

    @Test
    void listsTagsAndRepositoriesPageByPage() throws Exception {
        for (String tag : List.of("c", "a", "B", "b")) {
            client.image("x/y", tag, "{}", List.of("x"));
        }
        client.image("x/a", "1", "{}", List.of("x"));
        assertThat(body("/v2/x/y/tags/list")).isEqualTo("{\"name\":\"x/y\",\"tags\":[\"B\",\"a\",\"b\",\"c\"]}");
        HttpResponse<byte[]> page = client.send("GET", "/v2/x/y/tags/list?n=2");
        assertThat(RegistryClient.text(page)).contains("[\"B\",\"a\"]");
        assertThat(header(page, "Link")).isEqualTo("</v2/x/y/tags/list?n=2&last=a>; rel=\"next\"");
        HttpResponse<byte[]> last = client.send("GET", "/v2/x/y/tags/list?n=2&last=a");
        assertThat(RegistryClient.text(last)).contains("[\"b\",\"c\"]");
        assertThat(header(last, "Link")).isNull();
        assertThat(body("/v2/x/y/tags/list?n=0")).contains("[]");
        requireError(client.send("GET", "/v2/x/y/tags/list?n=-1"), 400, "PAGINATION_NUMBER_INVALID");
        requireError(client.send("GET", "/v2/nobody/tags/list"), 404, "NAME_UNKNOWN");
        assertThat(body("/v2/_catalog")).isEqualTo("{\"repositories\":[\"x/a\",\"x/y\"]}");
        assertThat(body("/v2/_catalog?n=1&last=x/a")).contains("[\"x/y\"]");
    }

    @Test
    void listsWhatRefersToAManifestInEitherOrder() throws Exception {
        client.blob("a", "{}".getBytes(StandardCharsets.UTF_8));
        Digest config = Digest.of("{}".getBytes(StandardCharsets.UTF_8));
        byte[] subject = client.imageManifest("{}".getBytes(StandardCharsets.UTF_8), List.of());
        byte[] sbom = ("{\"schemaVersion\":2,\"mediaType\":\"" + Manifest.OCI_MANIFEST
                        + "\",\"artifactType\":\"application/sbom\",\"config\":{\"digest\":\"" + config
                        + "\"},\"layers\":[],\"subject\":{\"digest\":\"" + Digest.of(subject)
                        + "\"},\"annotations\":{\"k\":\"v\"}}")
                .getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> pushed = client.manifest("a", "sbom", sbom, Manifest.OCI_MANIFEST);
        assertThat(header(pushed, "OCI-Subject")).isEqualTo(Digest.of(subject).toString());
        client.manifest("a", "image", subject, Manifest.OCI_MANIFEST);

        HttpResponse<byte[]> all = client.send("GET", "/v2/a/referrers/" + Digest.of(subject));
        assertThat(header(all, "Content-Type")).isEqualTo(Manifest.OCI_INDEX);
        assertThat(client.json(all).at("/manifests/0/digest").asText())
                .isEqualTo(Digest.of(sbom).toString());
        assertThat(client.json(all).at("/manifests/0/artifactType").asText()).isEqualTo("application/sbom");
        assertThat(client.json(all).at("/manifests/0/annotations/k").asText()).isEqualTo("v");
        HttpResponse<byte[]> filtered =
                client.send("GET", "/v2/a/referrers/" + Digest.of(subject) + "?artifactType=other");
        assertThat(header(filtered, "OCI-Filters-Applied")).isEqualTo("artifactType");
        assertThat(client.json(filtered).path("manifests")).isEmpty();
        assertThat(client.json(client.send("GET", "/v2/unknown/referrers/" + ABSENT))
                        .path("manifests"))
                .isEmpty();
        requireError(client.send("GET", "/v2/a/referrers/nonsense"), 400, "DIGEST_INVALID");
    }

    // ---- names

    @ParameterizedTest
    @ValueSource(strings = {"A", "a//b", "a/-b", "a_", ".a", "a..b", "a%2F..%2Fb"})
    void namesOutsideTheGrammarAreRefused(String name) throws Exception {
        requireError(client.send("GET", "/v2/" + name + "/manifests/latest"), 400, "NAME_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"registry.gitlab.com/my-org/x", "a__b/c--d", "manifests/blobs/uploads", "a/tags"})
    void namesWithinItWork(String name) throws Exception {
        client.image(name, "latest", "{}", List.of("x"));
        assertThat(client.send("GET", "/v2/" + name + "/manifests/latest").statusCode())
                .isEqualTo(200);
        assertThat(body("/v2/" + name + "/tags/list")).contains("latest");
    }

    @Test
    void badTagsMethodsAndPathsAreRefused() throws Exception {
        requireError(client.send("GET", "/v2/a/manifests/" + "t".repeat(129)), 400, "TAG_INVALID");
        requireError(client.send("GET", "/v2/a/manifests/-x"), 400, "TAG_INVALID");
        requireError(client.send("PUT", "/v2/a/blobs/" + DIGEST, CONTENT), 405, "UNSUPPORTED");
        requireError(client.send("POST", "/v2/a/manifests/x", CONTENT), 405, "UNSUPPORTED");
        assertThat(client.send("GET", "/v2/a/nothing").statusCode()).isEqualTo(404);
    }

    private String begin(String repository) throws Exception {
        HttpResponse<byte[]> begun = client.send("POST", "/v2/" + repository + "/blobs/uploads/");
        assertThat(begun.statusCode()).isEqualTo(202);
        assertThat(header(begun, "Range")).isEqualTo("0-0");
        return header(begun, "Location");
    }

    private String body(String path) throws Exception {
        HttpResponse<byte[]> answer = client.send("GET", path);
        assertThat(answer.statusCode()).isEqualTo(200);
        return RegistryClient.text(answer);
    }

    private void requireError(HttpResponse<byte[]> answer, int status, String code) throws Exception {
        assertThat(answer.statusCode()).as(RegistryClient.text(answer)).isEqualTo(status);
        if (code != null) {
            assertThat(client.json(answer).at("/errors/0/code").asText()).isEqualTo(code);
            assertThat(client.json(answer).at("/errors/0/message").asText()).isNotBlank();
        }
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    private static byte[] part(int from, int to) {
        return java.util.Arrays.copyOfRange(CONTENT, from, to);
    }
}
