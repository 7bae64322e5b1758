package dev.vfaas.gateway.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.store.SqliteDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciImageStoreTest {
    private static final String CONFIG = """
            {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin","A=b=c"],"Entrypoint":["python3"],\
            "Cmd":["index.py"],"WorkingDir":"/home/app","Labels":{"dev.vfaas.platform":"host"}}}""";

    @TempDir
    Path folder;

    private SqliteDatabase database;
    private OciImageStore store;
    private TestServer server;
    private RegistryClient client;

    @BeforeEach
    void open() throws Exception {
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(OciImageStore.SCHEMA));
        store = OciImageStore.open(
                database,
                folder.resolve("images"),
                InstantSource.system(),
                Duration.ofHours(1),
                new Machine("linux", "amd64"),
                line -> {});
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
    void resolvesWhatTheRuntimeNeeds() throws Exception {
        Digest digest = client.image("me/fn", "1.0", CONFIG, List.of("base", "handler"));

        StoredImage image = store.resolve("me/fn:1.0");

        assertThat(image.digest()).isEqualTo(digest.toString());
        assertThat(image.layers()).extracting(Files::readString).containsExactly("base", "handler");
        assertThat(image.environment()).containsExactly("PATH=/bin", "A=b=c");
        assertThat(image.entrypoint()).containsExactly("python3", "index.py");
        assertThat(image.workingDirectory()).isEqualTo("/home/app");
        assertThat(image.labels()).isEqualTo(Map.of("dev.vfaas.platform", "host"));
        assertThat(image.os()).isEqualTo("linux");
        assertThat(image.architecture()).isEqualTo("amd64");
    }

    @Test
    void findsByTagDigestBothAndUnderNamesWithAHost() throws Exception {
        Digest digest = client.image("registry.gitlab.com/my-org/fn", "latest", CONFIG, List.of("x"));

        for (String reference : List.of(
                "registry.gitlab.com/my-org/fn",
                "registry.gitlab.com/my-org/fn:latest",
                "registry.gitlab.com/my-org/fn@" + digest,
                "registry.gitlab.com/my-org/fn:gone@" + digest)) {
            assertThat(store.resolve(reference).digest()).as(reference).isEqualTo(digest.toString());
        }
    }

    @Test
    void choosesTheEntryOfThisMachineFromAnIndexAndNamesTheOthersWhenThereIsNone() throws Exception {
        Digest amd = client.image("fn", "amd", CONFIG, List.of("amd"));
        Digest arm = client.image("fn", "arm", CONFIG, List.of("arm"));
        client.manifest("fn", "both", client.index("linux/arm64 " + arm, "linux/amd64 " + amd), Manifest.OCI_INDEX);
        client.manifest("fn", "arms", client.index("linux/arm64 " + arm, "unknown/unknown " + amd), Manifest.OCI_INDEX);

        assertThat(store.resolve("fn:both").digest()).isEqualTo(amd.toString());
        assertThat(invalid("fn:arms"))
                .hasMessageContaining("not built for this machine, linux/amd64, but for linux/arm64");
    }

    @Test
    void sameTagNewImage() throws Exception {
        client.image("fn", "latest", CONFIG, List.of("old"));
        Digest current = client.image("fn", "latest", CONFIG, List.of("new"));
        assertThat(store.resolve("fn").digest()).isEqualTo(current.toString());
    }

    @Test
    void survivesReopening() throws Exception {
        Digest digest = client.image("fn", "latest", CONFIG, List.of("x"));
        close();
        open();
        assertThat(store.resolve("fn").digest()).isEqualTo(digest.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "UPPER",
                "a b",
                "a//b",
                "/a",
                "a:",
                "a@sha256:12",
                "../../etc/passwd",
                "a:tag with space",
                "a\n"
            })
    void refusesMalformedReferences(String reference) {
        assertThat(invalid(reference)).hasMessageContaining("is not a reference");
    }

    @Test
    void saysWhatIsNotThere() {
        assertThat(invalid("nobody/has:this"))
                .hasMessageContaining("nobody/has:this is not in this gateway's image store");
        assertThat(invalid("localhost:5000/x")).hasMessageContaining("not in this gateway's image store");
    }

    private RuntimeFailure invalid(String reference) {
        RuntimeFailure failure = catchThrowableOfType(RuntimeFailure.class, () -> store.resolve(reference));
        assertThat(failure.kind()).isEqualTo(RuntimeFailure.Kind.INVALID);
        return failure;
    }
}
