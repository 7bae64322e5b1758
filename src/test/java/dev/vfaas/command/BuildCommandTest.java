package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.TinyBase;
import dev.vfaas.support.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The build and push commands with the built-in Python template, a real registry and no gateway. */
class BuildCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path home;

    private DockerRegistry registry;
    private Tool tool;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        registry = DockerRegistry.open(folder);
        new TinyBase(folder.resolve("tiny")).pushTo(registry);
        tool = new Tool(home)
                .with("VFAAS_BASE_REGISTRY", registry.host())
                .with("OPENFAAS_URL", "http://127.0.0.1:1")
                .with("PATH", System.getenv("PATH"));
        write("hello/handler.py", "def handle(req):\n    return 'hi'\n");
        stack(registry.host() + "/team/hello:1");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private void stack(String image) throws IOException {
        write("stack.yml", """
                version: 1.0
                provider:
                  name: openfaas
                functions:
                  hello:
                    lang: python3
                    handler: ./hello
                    image: %s
                """.formatted(image));
    }

    private void write(String path, String content) throws IOException {
        Files.createDirectories(home.resolve(path).getParent());
        Files.writeString(home.resolve(path), content);
    }

    private Tool.Outcome succeeds(String... arguments) {
        Tool.Outcome outcome = tool.run(arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return outcome;
    }

    @Test
    void printsWhatAScriptNeedsAndNothingElse() throws IOException {
        Tool.Outcome built =
                succeeds("build", "--platform", "linux/amd64,linux/arm64", "--base", "tiny:1", "-o", "name");
        assertThat(built.out()).matches(registry.host() + "/team/hello@sha256:[0-9a-f]{64}\n");
        JsonNode index = JSON.readTree(DockerRegistry.runs(
                "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + registry.host() + "/team/hello:1"));
        assertThat(index.path("manifests")).hasSize(2);

        Tool.Outcome again =
                succeeds("build", "--platform", "linux/amd64,linux/arm64", "--base", "tiny:1", "-o", "json");
        JsonNode one = JSON.readTree(again.out()).get(0);
        assertThat(one.path("reference").asText() + "\n").isEqualTo(built.out());
        assertThat(one.path("cached").asBoolean()).isTrue();
        assertThat(one.path("pushed").asBoolean()).isTrue();
        assertThat(one.path("platforms")).hasSize(2);
        assertThat(one.path("image").asText()).isEqualTo(registry.host() + "/team/hello:1");
    }

    @Test
    void aDryRunShowsLayersAndMakesNone() throws IOException {
        Tool.Outcome dry =
                succeeds("build", "--platform", "linux/amd64", "--base", "tiny:1", "--dry-run", "-o", "json");
        JsonNode run = JSON.readTree(dry.out()).get(0);
        assertThat(run.path("image").asText()).endsWith("hello:1");
        assertThat(run.path("platform").asText()).isEqualTo("linux/amd64");
        assertThat(run.path("layers").findValuesAsText("name")).containsExactly("server", "template", "handler");
        assertThat(run.path("layers").get(2).path("files").asInt()).isEqualTo(1);
        assertThat(run.path("layers").get(2).path("size").asInt()).isEqualTo(33);
        assertThat(run.path("layers").get(2).path("cached").asBoolean()).isFalse();
        assertThat(home.resolve(".cache/vfaas/build/blobs")).doesNotExist();

        succeeds("build", "--platform", "linux/amd64", "--base", "tiny:1");
        assertThat(succeeds("build", "--platform", "linux/amd64", "--base", "tiny:1", "--dry-run")
                        .out())
                .contains("base tiny:1")
                .containsPattern("handler +1 +33 B +yes +sha256:");
    }

    @Test
    void withoutAGatewayTheImageStaysUntilAPush() throws IOException {
        stack("hello:1");
        Tool.Outcome built = succeeds("build", "--platform", "linux/amd64", "--base", "scratch", "--sbom", "sbom.json");
        assertThat(built.err()).contains("no gateway answers at http://127.0.0.1:1", "vfaas push");
        assertThat(JSON.readTree(home.resolve("sbom.json").toFile())
                        .at("/components/0/name")
                        .asText())
                .isEqualTo("hello");
        Tool.Outcome pushed = tool.run("push", "--gateway", "http://" + registry.host());
        assertThat(pushed.exitCode()).as(pushed.err()).isZero();
        assertThat(DockerRegistry.runs(
                        "skopeo",
                        "inspect",
                        "--config",
                        "--tls-verify=false",
                        "docker://" + registry.host() + "/hello:1"))
                .contains("\"dev.vfaas.function\": \"hello\"");
        assertThat(tool.run("push").exitCode()).as("nobody there").isEqualTo(1);
    }

    @Test
    void oneFunctionNeedsNoStackFile() throws IOException {
        Files.delete(home.resolve("stack.yml"));
        String image = registry.host() + "/single:2";
        assertThat(succeeds(
                                "build",
                                "--name",
                                "one",
                                "--lang",
                                "python3",
                                "--handler",
                                "hello",
                                "--image",
                                image,
                                "--platform",
                                "linux/arm64",
                                "--base",
                                "tiny:1",
                                "--quiet",
                                "-o",
                                "name")
                        .out())
                .startsWith(registry.host() + "/single@sha256:");
        Tool.Outcome half = tool.run("build", "--name", "one");
        assertThat(half.exitCode()).isEqualTo(2);
        assertThat(half.err()).contains("--lang is needed too");
    }

    @Test
    void wrongOptionsTouchNothing() {
        for (String[] wrong : new String[][] {
            {"--platform", "linux/s390x"},
            {"--platform", "host,linux/amd64"},
            {"--tag", "newest"},
            {"--parallel", "0"},
            {"--build-arg", "novalue"},
            {"--output", "tar:x"},
            {"--build-option", "none"},
            {"--copy-extra", ".."}
        }) {
            Tool.Outcome outcome = tool.run("build", wrong[0], wrong[1]);
            assertThat(outcome.exitCode())
                    .as(String.join(" ", wrong) + ": " + outcome.err())
                    .isEqualTo(2);
            assertThat(outcome.out()).isEmpty();
        }
        assertThat(home.resolve(".cache/vfaas/build/blobs")).doesNotExist();
    }

    @Test
    void copiedPathsAndBuildLabelsArriveInTheImage() throws IOException {
        write("shared/words.txt", "w\n");
        succeeds(
                "build",
                "--platform",
                "linux/amd64",
                "--base",
                "tiny:1",
                "--copy-extra",
                "shared",
                "--build-label",
                "org.opencontainers.image.source=https://example.com");
        Path layout = home.resolve("pulled");
        DockerRegistry.runs(
                "skopeo",
                "copy",
                "--src-tls-verify=false",
                "docker://" + registry.host() + "/team/hello:1",
                "dir:" + layout);
        assertThat(DockerRegistry.runs("sh", "-c", "for f in " + layout + "/*; do tar tzf $f 2>/dev/null; done; true"))
                .contains("home/app/function/shared/words.txt", "home/app/function/handler.py", "home/app/index.py");
        assertThat(Files.readString(layout.resolve("manifest.json")))
                .contains("\"org.opencontainers.image.source\":\"https://example.com\"");
    }
}
