package dev.vfaas.gateway.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools people have, against the store with basic authentication in front. */
class RealClientsTest {
    @TempDir
    Path folder;

    private SqliteDatabase database;
    private OciImageStore store;
    private TestServer server;

    @BeforeEach
    void open() throws Exception {
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(OciImageStore.SCHEMA));
        store = OciImageStore.open(database, folder.resolve("images"), Duration.ofHours(1), line -> {});
        server = new TestServer(store.handler(), "pass:word");
        String login = Base64.getEncoder().encodeToString("admin:pass:word".getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                folder.resolve("auth.json"),
                "{\"auths\":{\"" + server.authority() + "\":{\"auth\":\"" + login + "\"}}}");
    }

    @AfterEach
    void close() {
        server.close();
        store.close();
        database.close();
    }

    @Test
    void skopeoCopiesAMultiArchitectureImageInAndOutUnchanged() throws Exception {
        requireSkopeo();
        Path layout = new OciLayout(folder.resolve("in")).write("multi", "linux/amd64", "linux/arm64");

        skopeo("copy", "--all", "--dest-tls-verify=false", "oci:" + layout + ":multi", image("me/multi:1"));
        skopeo(
                "copy",
                "--all",
                "--src-tls-verify=false",
                image("me/multi:1"),
                "oci:" + folder.resolve("out") + ":multi");

        assertThat(blobs(folder.resolve("out"))).isEqualTo(blobs(layout));
        assertThat(digestOf(folder.resolve("out"))).isEqualTo(digestOf(layout));
        assertThat(store.resolve("me/multi:1").layers()).hasSize(2).allMatch(Files::exists);
    }

    @Test
    void skopeoCopiesBetweenRepositoriesListsTagsConvertsToDockersFormAndDeletes() throws Exception {
        requireSkopeo();
        Path layout = new OciLayout(folder.resolve("in")).write("one", "linux/amd64");
        skopeo("copy", "--dest-tls-verify=false", "oci:" + layout + ":one", image("a/one:1"));

        skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", image("a/one:1"), image("b/two:2"));
        skopeo(
                "copy",
                "--format",
                "v2s2",
                "--dest-tls-verify=false",
                "oci:" + layout + ":one",
                image("registry.gitlab.com/my-org/x:docker"));

        assertThat(store.resolve("b/two:2").digest())
                .isEqualTo(store.resolve("a/one:1").digest());
        assertThat(store.resolve("registry.gitlab.com/my-org/x:docker").layers())
                .hasSize(2);
        assertThat(skopeo("list-tags", "--tls-verify=false", "docker://" + server.authority() + "/a/one"))
                .contains("\"1\"");
        skopeo("delete", "--tls-verify=false", image("a/one:1"));
        assertThat(run("skopeo", "inspect", "--tls-verify=false", image("a/one:1"))
                        .code())
                .isNotZero();
    }

    @Test
    void skopeoIsRefusedWithoutCredentials() throws Exception {
        requireSkopeo();
        Files.writeString(folder.resolve("auth.json"), "{}");
        Path layout = new OciLayout(folder.resolve("in")).write("one", "linux/amd64");
        Output output = run(
                "skopeo",
                "--insecure-policy",
                "copy",
                "--dest-tls-verify=false",
                "oci:" + layout + ":one",
                image("a:1"));
        assertThat(output.code()).isNotZero();
        assertThat(output.text()).containsIgnoringCase("unauthorized");
    }

    @Test
    void jibPushesTwiceAndTheSecondTimeNothingMoves() throws Exception {
        Path file = Files.writeString(folder.resolve("handler.py"), "def handle(req): return req");
        String before =
                System.setProperty("sendCredentialsOverHttp", "true"); // Jib's own switch; the peer is this machine
        try {
            JibContainer first = jib("fn:1", file);
            JibContainer second = jib("fn:2", file);

            assertThat(second.getDigest()).isEqualTo(first.getDigest());
            assertThat(store.resolve("fn:2").digest())
                    .isEqualTo(first.getDigest().toString());
            assertThat(store.resolve("fn:2").entrypoint()).containsExactly("python3", "index.py");
            assertThat(store.resolve("fn:2").environment()).contains("fprocess=python3 index.py");
        } finally {
            if (before == null) {
                System.clearProperty("sendCredentialsOverHttp");
            } else {
                System.setProperty("sendCredentialsOverHttp", before);
            }
        }
    }

    private JibContainer jib(String name, Path file) throws Exception {
        return Jib.fromScratch()
                .setFormat(ImageFormat.OCI)
                .addLayer(List.of(file), AbsoluteUnixPath.get("/home/app/function"))
                .setEntrypoint("python3", "index.py")
                .addEnvironmentVariable("fprocess", "python3 index.py")
                .containerize(Containerizer.to(RegistryImage.named(server.authority() + "/" + name)
                                .addCredential("admin", "pass:word"))
                        .setBaseImageLayersCache(folder.resolve("jib-base"))
                        .setApplicationLayersCache(folder.resolve("jib-app"))
                        .setAllowInsecureRegistries(true));
    }

    private static void requireSkopeo() {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "skopeo")));
        assumeTrue(found, "skopeo is not installed (scripts/test installs it)");
    }

    private String image(String name) {
        return "docker://" + server.authority() + "/" + name;
    }

    private String skopeo(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("skopeo", "--insecure-policy"));
        command.addAll(List.of(arguments));
        Output output = run(command.toArray(String[]::new));
        assertThat(output.code()).as(output.text()).isZero();
        return output.text();
    }

    private record Output(int code, String text) {}

    private Output run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("REGISTRY_AUTH_FILE", folder.resolve("auth.json").toString());
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    private static List<String> blobs(Path layout) throws Exception {
        try (Stream<Path> files = Files.list(layout.resolve("blobs/sha256"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String digestOf(Path layout) throws Exception {
        return new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(layout.resolve("index.json").toFile())
                .path("manifests")
                .path(0)
                .path("digest")
                .asText();
    }

    /** An image in the OCI image layout, made here: one shared layer of some megabytes and one layer a platform. */
    private record OciLayout(Path root) {
        Path write(String tag, String... platforms) throws Exception {
            Files.createDirectories(root.resolve("blobs/sha256"));
            Files.writeString(root.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
            byte[] base = new byte[3 << 20];
            new Random(7).nextBytes(base);
            byte[] shared = gzip(base);
            blob(shared);
            RegistryClient documents = new RegistryClient(java.net.URI.create("http://unused/"));
            List<String> entries = new ArrayList<>();
            byte[] top = {};
            for (String platform : platforms) {
                String[] parts = platform.split("/");
                byte[] tar = ("layer of " + platform).getBytes(StandardCharsets.UTF_8);
                byte[] own = gzip(tar);
                blob(own);
                byte[] config = ("{\"os\":\"" + parts[0] + "\",\"architecture\":\"" + parts[1]
                                + "\",\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
                                + Digest.of(base) + "\",\"" + Digest.of(tar) + "\"]}}")
                        .getBytes(StandardCharsets.UTF_8);
                blob(config);
                top = documents.imageManifest(config, List.of(shared, own));
                entries.add("{\"mediaType\":\"" + Manifest.OCI_MANIFEST + "\",\"digest\":\"" + blob(top)
                        + "\",\"size\":" + top.length + ",\"platform\":{\"os\":\"" + parts[0]
                        + "\",\"architecture\":\"" + parts[1] + "\"}}");
            }
            String type = Manifest.OCI_MANIFEST;
            if (platforms.length > 1) {
                type = Manifest.OCI_INDEX;
                top = ("{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"manifests\":[" + String.join(",", entries)
                                + "]}")
                        .getBytes(StandardCharsets.UTF_8);
            }
            Files.writeString(
                    root.resolve("index.json"),
                    "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" + type + "\",\"digest\":\"" + blob(top)
                            + "\",\"size\":" + top.length + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\""
                            + tag + "\"}}]}");
            documents.close();
            return root;
        }

        private static byte[] gzip(byte[] content) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(content);
            }
            return bytes.toByteArray();
        }

        private Digest blob(byte[] content) throws Exception {
            Digest digest = Digest.of(content);
            Files.write(root.resolve("blobs/sha256").resolve(digest.hex()), content);
            return digest;
        }
    }
}
