package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.support.Tool.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployTest {
    @TempDir
    Path home;

    private FakeGateway gateway;
    private Tool tool;

    @BeforeEach
    void start() throws IOException {
        gateway = new FakeGateway();
        tool = gateway.tool(home);
        Files.writeString(home.resolve("extra.yml"), "environment:\n  B: from-file\n  C: from-file\n");
        Files.createDirectories(home.resolve("hello"));
        Files.writeString(home.resolve("hello/handler.py"), "def handle(req): return req");
        Files.writeString(home.resolve("stack.yml"), """
                version: 1.0
                provider: {name: openfaas}
                functions:
                  hello:
                    lang: python3
                    handler: ./hello
                    image: "hello:2"
                    environment: {A: from-stack, B: from-stack}
                    environment_file: [extra.yml]
                    labels: {one: "1"}
                    secrets: [stack-secret]
                    limits: {memory: 64Mi}
                """);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private static String status(String image, String status, String serving) {
        return """
                {"name":"hello","image":"%s","replicas":1,"availableReplicas":1,"annotations":{"dev.vfaas.revision":"2",
                "dev.vfaas.revision.serving":"%s","dev.vfaas.status":"%s","dev.vfaas.status.reason":"exited with code 1\\n  boom"}}
                """.formatted(image, serving, status);
    }

    @Test
    void aNewVersionThatServes() {
        gateway.answers("GET", "/system/function/hello", 200, status("hello:2", "Ready", "2"))
                .answers("PUT", "/system/functions", 202, "");
        Outcome outcome = tool.run("deploy", "--env", "C=from-flag", "--label", "two=2", "--secret", "flag-secret");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isEqualTo("""
                NAME   STATUS  REPLICAS  URL
                hello  Ready   1         %s/function/hello
                """.formatted(gateway.url()));
        String sent = gateway.requests().stream()
                .filter(request -> request.getMethod().value().equals("PUT"))
                .findFirst()
                .orElseThrow()
                .getBodyAsString();
        assertThat(sent)
                .contains(
                        "\"service\":\"hello\"", "\"image\":\"hello:2\"", "\"A\":\"from-stack\"", "\"B\":\"from-file\"")
                .contains("\"C\":\"from-flag\"", "\"one\":\"1\"", "\"two\":\"2\"", "\"limits\":{\"memory\":\"64Mi\"}")
                .contains("[\"flag-secret\",\"stack-secret\"]");
    }

    @Test
    void aNewVersionThatDoesNotStart() {
        gateway.answers("GET", "/system/function/hello", 200, status("hello:2", "UpdateFailed", "1"))
                .answers("PUT", "/system/functions", 202, "");
        Outcome outcome = tool.run("deploy");
        assertThat(outcome.exitCode()).isEqualTo(7);
        assertThat(outcome.out()).contains("hello  Failed");
        assertThat(outcome.err()).contains("hello: the new version does not serve: exited with code 1\n  boom");
    }

    @Test
    void aNewVersionThatTakesTooLong() {
        gateway.answers("GET", "/system/function/hello", 200, status("hello:2", "Updating", "1"))
                .answers("PUT", "/system/functions", 202, "");
        Outcome outcome = tool.run("deploy", "--timeout", "50ms");
        assertThat(outcome.exitCode()).isEqualTo(7);
        assertThat(outcome.err()).contains("does not serve in time");
        assertThat(tool.run("deploy", "--no-wait").out()).contains("hello  Accepted");
    }

    @Test
    void anUpdateThatIsAnsweredWith200ChangedNothing() {
        gateway.answers(
                        "GET",
                        "/system/function/hello",
                        200,
                        "{\"name\":\"hello\",\"image\":\"hello:1\",\"availableReplicas\":1}")
                .answers("PUT", "/system/functions", 200, "");
        Outcome outcome = tool.run("deploy");
        assertThat(outcome.exitCode()).isEqualTo(7);
        assertThat(outcome.err()).contains("did not apply it");
    }

    @Test
    void aFunctionThatIsNewIsCreated() {
        gateway.answers("GET", "/system/function/hello", 404, "").answers("POST", "/system/functions", 202, "");
        Outcome outcome = tool.run("deploy", "--no-wait", "--name", "hello", "--image", "x:1", "--cpu-limit", "100m");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(gateway.last().getBodyAsString()).contains("\"limits\":{\"cpu\":\"100m\"}");
    }

    @Test
    void aRefusedDeploymentSaysWhy() {
        gateway.answers("GET", "/system/function/hello", 404, "")
                .answers("POST", "/system/functions", 400, "unable to fetch secrets: secrets \"x\" not found");
        Outcome outcome = tool.run("deploy", "-o", "json");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).contains("\"status\": \"Failed\"");
        assertThat(outcome.err()).contains("hello: ", "secrets \"x\" not found");
    }

    @Test
    void theTagOfTheBuildIsDeployed() {
        gateway.answers("GET", "/system/function/hello", 404, "").answers("POST", "/system/functions", 202, "");
        Outcome outcome = tool.run("deploy", "--no-wait", "--tag", "digest", "-o", "json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.out()).containsPattern("\"image\": \"hello:[0-9a-f]{32}\"");
        assertThat(tool.run("deploy", "--tag", "nonsense").exitCode()).isEqualTo(2);
    }

    @Test
    void contradictionsAreUsage() {
        assertThat(tool.run("deploy", "--replace", "--update").exitCode()).isEqualTo(2);
        assertThat(tool.run("deploy", "--env", "novalue").exitCode()).isEqualTo(2);
        assertThat(tool.run("deploy", "--image", "x").exitCode()).isEqualTo(2);
        assertThat(gateway.requests()).isEmpty();
    }
}
