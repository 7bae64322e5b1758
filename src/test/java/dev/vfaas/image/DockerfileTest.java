package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.template.Templates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dockerfiles, built by a real buildah, and by nothing. */
class DockerfileTest {
    @TempDir
    Path folder;

    private Workshop workshop;

    @BeforeEach
    void prepare() {
        workshop = new Workshop(folder);
        workshop.write("boxed/Dockerfile", """
                FROM scratch
                ARG GREETING
                LABEL greeting=$GREETING
                COPY . /home/app/
                CMD ["/home/app/serve"]
                """);
        workshop.write("boxed/serve", "#!/bin/sh\n");
        workshop.write("boxed/target/kept", "what a Dockerfile may need\n");
        workshop.write("boxed/secret", "not for the image\n");
        workshop.write("boxed/.dockerignore", "secret\n");
    }

    private FunctionBuild function(String image, Platform platform) {
        return new FunctionBuild(
                "boxed",
                ImageReference.parse(image),
                folder.resolve("boxed"),
                new Templates(folder).find("dockerfile"),
                List.of(platform),
                null,
                Map.of("GREETING", "hello"),
                Map.of(),
                Map.of());
    }

    @Test
    void buildahBuildsItOnceAndOursPushesIt() throws Exception {
        DockerRegistry.needs("buildah");
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("PATH", only("buildah"));
        Path storage = workshop.write("storage.conf", """
                [storage]
                driver = "vfs"
                runroot = "%1$s/runroot"
                graphroot = "%1$s/graphroot"
                """.formatted(folder));
        variables.put("CONTAINERS_STORAGE_CONF", storage.toString());
        variables.put("BUILDAH_ISOLATION", "chroot");
        workshop.variables(variables);
        try (DockerRegistry registry = DockerRegistry.open(folder.resolve("registry"))) {
            String image = registry.host() + "/team/boxed:1";
            FunctionResult.Built built = workshop.builds(true, function(image, Platform.LINUX_AMD64));
            var config = new ObjectMapper()
                    .readTree(DockerRegistry.runs(
                            "skopeo", "inspect", "--config", "--tls-verify=false", "docker://" + image));
            assertThat(config.at("/config/Labels/greeting").asText()).isEqualTo("hello");
            assertThat(config.at("/config/Labels/dev.vfaas.function").asText()).isEqualTo("boxed");
            assertThat(built.cached()).isFalse();

            Path unpacked = folder.resolve("unpacked");
            DockerRegistry.runs("skopeo", "copy", "--src-tls-verify=false", "docker://" + image, "dir:" + unpacked);
            String layer = built.platforms().getFirst().digest();
            assertThat(layer).startsWith("sha256:");
            String files = DockerRegistry.runs(
                    "sh", "-c", "for f in " + unpacked + "/*; do tar tzf $f 2>/dev/null; done; true");
            assertThat(files).contains("home/app/serve", "home/app/target/kept").doesNotContain("home/app/secret");

            variables.put("PATH", "/nowhere");
            FunctionResult.Built again =
                    workshop.variables(variables).builds(true, function(image, Platform.LINUX_AMD64));
            assertThat(again.cached())
                    .as("an unchanged context needs no engine")
                    .isTrue();
            assertThat(again.digest()).isEqualTo(built.digest());
        }
    }

    @Test
    void withoutAnEngineTheErrorNamesAllThree() {
        workshop.variables(Map.of("PATH", "/nowhere"));
        assertThatThrownBy(() -> workshop.builds(false, function("boxed:1", Platform.LINUX_AMD64)))
                .hasMessageContaining("built by docker, podman or buildah, and none of them is installed");
    }

    @Test
    void anEngineThatDoesNotWorkIsNotUsed() throws IOException {
        Path docker = workshop.write("bin/docker", "#!/bin/sh\nexit 1\n");
        assertThat(docker.toFile().setExecutable(true)).isTrue();
        workshop.variables(Map.of("PATH", folder.resolve("bin").toString()));
        assertThatThrownBy(() -> workshop.builds(false, function("boxed:1", Platform.LINUX_AMD64)))
                .hasMessageContaining("docker is installed and does not work");
    }

    @Test
    void theEmbeddedGatewayCannotRunOne() {
        assertThatThrownBy(() -> workshop.builds(false, function("boxed:1", Platform.ofHost())))
                .hasMessageContaining("runs functions as processes of this machine");
    }

    /** A folder with nothing on the PATH but that program and what it needs. */
    private String only(String program) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("only"));
        for (String name : List.of(program, "newuidmap", "newgidmap", "runc", "crun", "sh")) {
            for (String from : List.of("/usr/bin", "/usr/sbin", "/bin")) {
                Path real = Path.of(from, name);
                if (Files.isExecutable(real) && !Files.exists(bin.resolve(name))) {
                    Files.createSymbolicLink(bin.resolve(name), real);
                }
            }
        }
        return bin.toString();
    }
}
