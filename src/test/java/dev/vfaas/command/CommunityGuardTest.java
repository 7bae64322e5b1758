package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommunityGuardTest {
    private static final String INFO =
            "{\"provider\":{\"provider\":\"%s\",\"version\":{},\"orchestration\":\"kubernetes\"},\"version\":{},\"arch\":\"x86_64\"}";

    @TempDir
    Path home;

    private final FakeGateway gateway = new FakeGateway();

    @BeforeEach
    void stack() throws IOException {
        Files.writeString(home.resolve("stack.yml"), """
                version: 1.0
                provider: {name: openfaas}
                functions:
                  hello:
                    skip_build: true
                    image: localhost:5000/hello:2
                    namespace: dev
                    labels:
                      com.openfaas.scale.zero: "true"
                      com.openfaas.scale.max: "15"
                    annotations:
                      com.openfaas.profile: gpu
                    constraints: [node=a]
                  other:
                    skip_build: true
                    image: registry.invalid/other:1
                """);
        gateway.answers("POST", "/system/functions", 202, "").answers("PUT", "/system/functions", 202, "");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private Outcome deploy(String... options) {
        return gateway.tool(home)
                .run(java.util.stream.Stream.concat(
                                java.util.stream.Stream.of("deploy", "--no-wait"), java.util.stream.Stream.of(options))
                        .toArray(String[]::new));
    }

    @Test
    void itTellsWhereAndWhatBeforeAnythingIsDeployed() {
        gateway.answers("GET", "/system/info", 200, INFO.formatted("faas-netes-ce"))
                .answers("GET", "/system/functions", 200, "[]");
        Outcome outcome = deploy("-o", "json");
        assertThat(outcome.err())
                .contains(
                        "stack.yml:7:5: hello.namespace: OpenFaaS's Community Edition refuses this: there is one namespace")
                .contains("stack.yml:6:5: hello.image: OpenFaaS's Community Edition refuses this: ")
                .contains(
                        "stack.yml:9:7: hello.labels.com.openfaas.scale.zero: OpenFaaS's Community Edition refuses this")
                .contains(
                        "stack.yml:10:7: hello.labels.com.openfaas.scale.max: OpenFaaS's Community Edition refuses this: at most 5")
                .contains(
                        "stack.yml:12:7: hello.annotations.com.openfaas.profile: OpenFaaS's Community Edition ignores this")
                .contains("stack.yml:13:5: hello.constraints: OpenFaaS's Community Edition ignores this")
                .contains(
                        "stack.yml:16:5: other: whether the image registry.invalid/other:1 is public could not be seen")
                .contains("--stack vfaas", "60 days");
        assertThat(outcome.out()).startsWith("[").doesNotContain("warning", "Community");
        List<String> calls = gateway.requests().stream()
                .map(request -> request.getMethod().value())
                .toList();
        assertThat(calls.indexOf("GET")).isZero();
        assertThat(calls).contains("POST");
    }

    @Test
    void itCountsTheFunctionsThatAreThere() {
        String there = IntStream.range(0, 14)
                .mapToObj(i -> "{\"name\":\"f" + i + "\",\"image\":\"i\"}")
                .collect(Collectors.joining(",", "[", "]"));
        gateway.answers("GET", "/system/info", 200, INFO.formatted("faas-netes-ce"))
                .answers("GET", "/system/functions", 200, there);
        assertThat(deploy().err()).contains("runs 15 functions", "it would be 16");
    }

    @Test
    void anotherGatewayIsLeftAlone() {
        gateway.answers("GET", "/system/info", 200, INFO.formatted("vfaas"));
        assertThat(deploy().err()).doesNotContain("Community");
    }
}
