package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.Failure;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.TinyBase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images on a base, for one platform and for two, in a real registry and in an archive, read back with skopeo. */
class LinuxImageTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private DockerRegistry registry;
    private Workshop workshop;

    @BeforeEach
    void start() throws Exception {
        registry = DockerRegistry.open(folder);
        new TinyBase(folder.resolve("tiny")).pushTo(registry);
        workshop = new Workshop(folder).defaultRegistry(registry.host());
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private JsonNode inspect(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 3];
        command[0] = "skopeo";
        command[1] = "inspect";
        command[2] = "--tls-verify=false";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return JSON.readTree(DockerRegistry.runs(command));
    }

    @Test
    void standsOnItsBaseAndSaysSo() throws Exception {
        String image = registry.host() + "/team/shout:1.0";
        FunctionResult.Built built = workshop.builds(true, workshop.function("shout", image, Platform.LINUX_AMD64));

        JsonNode manifest = inspect("--raw", "docker://" + image);
        assertThat(manifest.path("mediaType").asText()).isEqualTo("application/vnd.oci.image.manifest.v1+json");
        assertThat(manifest.path("layers")).hasSize(5);
        assertThat(manifest.path("annotations")
                        .path("org.opencontainers.image.base.name")
                        .asText())
                .isEqualTo("tiny:1");
        assertThat(manifest.path("annotations")
                        .path("org.opencontainers.image.base.digest")
                        .asText())
                .isEqualTo(built.platforms().getFirst().plan().baseDigest());
        JsonNode config = inspect("--config", "docker://" + image);
        assertThat(config.path("created").asText()).isEqualTo("1970-01-01T00:00:00Z");
        JsonNode settings = config.path("config");
        assertThat(settings.path("User").asText()).isEqualTo("1000");
        assertThat(settings.path("ExposedPorts").has("8080/tcp")).isTrue();
        assertThat(settings.path("Env").toString()).isEqualTo("[\"PATH=/usr/bin:/bin\",\"GREETING=hello\"]");
        assertThat(settings.path("Labels").path("base.label").asText()).isEqualTo("kept");
        assertThat(settings.path("Labels").path("dev.vfaas.platform").asText()).isEqualTo("linux/amd64");
        assertThat(settings.has("Cmd"))
                .as("the base's command would be appended to our entrypoint")
                .isFalse();
    }

    @Test
    void twoPlatformsAreOneIndex() throws Exception {
        String image = registry.host() + "/team/shout:both";
        FunctionResult.Built built =
                workshop.builds(true, workshop.function("shout", image, Platform.LINUX_AMD64, Platform.LINUX_ARM64));

        JsonNode index = inspect("--raw", "docker://" + image);
        assertThat(index.path("mediaType").asText()).isEqualTo("application/vnd.oci.image.index.v1+json");
        assertThat(StreamSupport.stream(index.path("manifests").spliterator(), false)
                        .map(entry ->
                                entry.path("platform").path("architecture").asText()))
                .containsExactly("amd64", "arm64");
        assertThat(inspect("docker://" + image).path("Digest").asText()).isEqualTo(built.digest());
        for (String architecture : List.of("amd64", "arm64")) {
            Path layout = folder.resolve("pulled-" + architecture);
            DockerRegistry.runs(
                    "skopeo",
                    "copy",
                    "--override-arch",
                    architecture,
                    "--src-tls-verify=false",
                    "docker://" + image,
                    "oci:" + layout + ":x");
            assertThat(inspect("--config", "oci:" + layout + ":x")
                            .path("architecture")
                            .asText())
                    .isEqualTo(architecture);
        }
    }

    @Test
    void anArchiveHoldsBothPlatformsWithTheirBase() throws Exception {
        Path archive = folder.resolve("image.tar");
        FunctionBuild function = workshop.function("shout", "shout:2", Platform.LINUX_AMD64, Platform.LINUX_ARM64);
        BuildReport report = workshop.builder()
                .build(new BuildRequest(List.of(function), true, archive, false, 1), BuildListener.none());
        report.orThrow();

        DockerRegistry.runs(
                "skopeo", "copy", "--all", "oci-archive:" + archive + ":2", "oci:" + folder.resolve("unpacked") + ":2");
        JsonNode config = inspect("--override-arch", "arm64", "--config", "oci-archive:" + archive + ":2");
        assertThat(config.path("architecture").asText()).isEqualTo("arm64");
        assertThat(config.path("rootfs").path("diff_ids")).hasSize(5);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.endsWith(".part"));
        }
    }

    @Test
    void withoutABaseThereIsNone() throws Exception {
        String image = registry.host() + "/team/shout:scratch";
        FunctionBuild plain = workshop.function("shout", image, Platform.LINUX_ARM64);
        FunctionBuild function = new FunctionBuild(
                plain.name(),
                plain.image(),
                plain.handler(),
                plain.template(),
                plain.platforms(),
                null,
                Map.of("BASE", "scratch"),
                Map.of(),
                Map.of("org.opencontainers.image.source", "https://example.com/shout"));
        workshop.builds(true, function);
        JsonNode manifest = inspect("--raw", "docker://" + image);
        assertThat(manifest.path("layers")).hasSize(4);
        assertThat(manifest.path("annotations").toString())
                .isEqualTo("{\"org.opencontainers.image.source\":\"https://example.com/shout\","
                        + "\"org.opencontainers.image.title\":\"shout\"}");
    }

    @Test
    void aBaseThatIsNotThereIsNamed() {
        FunctionBuild plain = workshop.function("shout", registry.host() + "/x:1", Platform.LINUX_AMD64);
        FunctionBuild function = new FunctionBuild(
                plain.name(),
                plain.image(),
                plain.handler(),
                plain.template(),
                plain.platforms(),
                "nothing:here",
                Map.of(),
                Map.of(),
                Map.of());
        assertThatThrownBy(() -> workshop.builds(true, function))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("shout: the base image nothing:here does not exist in " + registry.host());
    }

    @Test
    void aPushOfAnEarlierBuildSendsIt() throws Exception {
        String image = registry.host() + "/team/shout:later";
        FunctionResult.Built built = workshop.builds(false, workshop.function("shout", image, Platform.LINUX_AMD64));
        assertThat(built.pushed()).isFalse();
        ImagePusher.Pushed pushed = workshop.pusher().push(ImageReference.parse(image), BuildListener.none());
        assertThat(pushed.sent()).isTrue();
        assertThat(pushed.digest()).isEqualTo(built.digest());
        assertThat(inspect("docker://" + image).path("Digest").asText()).isEqualTo(built.digest());
        assertThat(workshop.pusher()
                        .push(ImageReference.parse(image), BuildListener.none())
                        .sent())
                .isFalse();
        assertThatThrownBy(() -> workshop.pusher().push(ImageReference.parse("never:built"), BuildListener.none()))
                .hasMessageContaining("no image named never:built was built on this machine");
    }
}
