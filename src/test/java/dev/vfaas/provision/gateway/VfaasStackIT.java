package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Compilers;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.TinyBase;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a bare server to vfaas's own gateway, a function on it, a backup of all that put back on another server, and away again; against real sshd,
 * systemd and Kubernetes, and a docker-registry for the base image. One server serves many assertions.
 */
class VfaasStackIT {
    private static final String VERSION = "v1.20.2+k3s1";

    /** Everything vfaas may write, with what tells one write from another, and since when the gateway's pods run. */
    private static final String TREE =
            "find /etc /usr/local /var/lib/vfaas /var/lib/rancher/k3s/agent/images -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort;"
                    + " systemctl show k3s -p ActiveEnterTimestamp; k3s kubectl -n vfaas get pods,deployments,services,secrets -o 'jsonpath={range .items[*]}{.metadata.uid} {.metadata.generation}{\"\\n\"}{end}'";

    /** Answers with its body, its secret and a file of its base image, and logs the body. */
    private static final String HANDLER = """
            package function

            import (
            	"fmt"
            	"io"
            	"net/http"
            	"os"
            )

            func Handle(w http.ResponseWriter, r *http.Request) {
            	body, _ := io.ReadAll(r.Body)
            	secret, _ := os.ReadFile("/var/openfaas/secrets/greeting")
            	base, _ := os.ReadFile("/etc/base-amd64")
            	fmt.Fprintf(os.Stderr, "was asked %s\\n", body)
            	fmt.Fprintf(w, "%s %s from %s", secret, body, base)
            }
            """;

    private static final String STACK = """
            version: 1.0
            provider:
              name: openfaas
            functions:
              teller:
                lang: go
                handler: ./teller
                image: teller:latest
                secrets: [greeting]
                labels:
                  com.openfaas.scale.min: 0
            """;

    private static final String SECRET = "good-evening";

    @TempDir
    Path home;

    private Map<String, String> variables = Map.of();

    @Test
    void upEndsWithAFunctionCalledAndDownLeavesNothing() throws IOException, InterruptedException {
        Compilers.go();
        try (Testbed testbed = Testbed.withKubernetes();
                DockerRegistry registry = DockerRegistry.open(home.resolve("registry"))) {
            new TinyBase(home.resolve("tiny")).pushTo(registry);
            variables = Map.of(
                    "PATH",
                    Objects.requireNonNull(System.getenv("PATH")),
                    "GOPATH",
                    Path.of(System.getProperty("user.home"), "go").toString(),
                    "GOCACHE",
                    Path.of(System.getProperty("user.home"), ".cache/go-build").toString(),
                    "VFAAS_BASE_REGISTRY",
                    registry.host());
            TestServer one = testbed.server("one");
            String mirror = testbed.release(VERSION).url();

            Tool.Outcome up = server("up", one, "--k3s", VERSION, "--mirror", mirror);
            assertThat(up.exitCode()).as(up.err()).isZero();
            assertThat(up.out()).contains("is ready");
            assertThat(one.run("grep -c vfaas.tried /var/lib/vfaas/state.json").out())
                    .startsWith("1");
            assertThat(one.run("k3s kubectl -n openfaas-fn get deployments -o name")
                            .out())
                    .isEmpty();
            assertThat(one.run("stat -c %a /etc/rancher/k3s/registries.yaml").out())
                    .isEqualTo("600\n");

            String tree = one.run(TREE).out();
            Tool.Outcome again = server("up", one);
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(again.out()).contains("nothing to do");
            assertThat(one.run(TREE).out()).isEqualTo(tree);

            String password = one.run("sed -n 's/^ *password: *//p' /etc/rancher/k3s/registries.yaml")
                    .out()
                    .strip();
            assertThat(password).hasSize(32);
            assertNowhere(password, up, again);

            deploysAFunction(one);
            scales();
            Path file = home.resolve("kept.tar.gz");
            passes(server("backup", one, "-o", file.toString()));

            Tool.Outcome down = server("down", one, "--yes");
            assertThat(down.exitCode()).as(down.err()).isZero();
            assertThat(one.run("ls -d /var/lib/vfaas-gateway /var/lib/rancher /etc/rancher /var/lib/vfaas 2>/dev/null")
                            .out())
                    .isEmpty();
            assertThat(tool("context", "list", "-o", "name").out()).doesNotContain(one.address());
            one.close();

            restores(testbed.server("two"), file, mirror);
        }
    }

    private void deploysAFunction(TestServer server) throws IOException {
        passes(tool("new", "--lang", "go", "teller"));
        Files.writeString(home.resolve("teller/handler.go"), HANDLER);
        Files.delete(home.resolve("teller/handler_test.go"));
        Path stack = Files.writeString(home.resolve("stack.yml"), STACK);
        passes(typing(SECRET, "secret", "create", "greeting"));
        assertThat(tool("secret", "list").out()).contains("greeting");

        Tool.Outcome up = server("up", server, "-f", stack.toString(), "--base", "tiny:1");
        assertThat(up.exitCode()).as(up.err()).isZero();
        assertThat(up.out() + up.err()).contains("teller");
        answers("world");
        assertThat(tool("list").out()).containsPattern("teller +\\d+ +1 +1");
        assertThat(tool("logs", "teller", "--tail=false").out()).contains("was asked world");
        assertNowhere(SECRET, up);
    }

    private void scales() {
        passes(tool("scale", "teller=0"));
        becomes(list -> list.contains("teller 0 0"));
        answers("sleeper");
        passes(tool("scale", "teller=3"));
        becomes(list -> list.contains("teller 3 3"));
        answers("all");
        passes(tool("scale", "teller=0"));
        becomes(list -> list.contains("teller 0 0"));
        answers("again");
        passes(tool("scale", "teller=1"));
        becomes(list -> list.contains("teller 1 1"));
    }

    private void restores(TestServer fresh, Path file, String mirror) throws IOException {
        Tool.Outcome restored = server("restore", fresh, file.toString(), "--mirror", mirror);
        assertThat(restored.exitCode()).as(restored.err()).isZero();
        answers("after all");
        assertThat(fresh.run("k3s ctr images list -q").out())
                .as("the function's image, pulled from the gateway's own store")
                .contains("vfaas.internal/teller@sha256:");
        assertThat(tool("list").out()).contains("teller");
        assertThat(tool("secret", "list").out()).contains("greeting");
        assertThat(tool("context", "list").out()).contains(fresh.address());
        passes(tool("scale", "teller=2"));
        becomes(list -> list.contains("teller 2 2"));
        passes(server("up", fresh));
        assertThat(server("up", fresh).out()).contains("nothing to do");
        answers("at last");
        assertNowhere(SECRET, restored);
    }

    /** Calls the function through the current context. */
    private void answers(String body) {
        Tool.Outcome answer = typing(body, "invoke", "teller");
        assertThat(answer.exitCode()).as(answer.err()).isZero();
        assertThat(answer.out()).startsWith(SECRET + " " + body + " from a base for amd64");
    }

    /** Waits until {@code vfaas list} shows what is wanted: its lines as name, replicas and ready ones. */
    private void becomes(Predicate<String> wanted) {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            Tool.Outcome list = tool("list");
            if (wanted.test(list.out().replaceAll("(?m)^(\\S+) +\\d+ +(\\d+) +(\\d+).*$", "$1 $2 $3"))) {
                return;
            }
            assertThat(System.nanoTime()).as(list.out() + list.err()).isLessThan(end);
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    private static void passes(Tool.Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private Tool.Outcome tool(String... words) {
        return typing("", words);
    }

    private Tool.Outcome typing(String input, String... words) {
        Tool tool = new Tool(home).input(input.getBytes(StandardCharsets.UTF_8));
        variables.forEach(tool::with);
        return tool.run(words);
    }

    private Tool.Outcome server(String command, TestServer server, String... more) {
        return tool(Stream.of(
                        Stream.of(
                                command,
                                host(server),
                                "--identity",
                                server.key().toString()),
                        Stream.of("--host-key", server.fingerprint()),
                        Stream.of(more))
                .flatMap(part -> part)
                .toArray(String[]::new));
    }

    private void assertNowhere(String secret, Tool.Outcome... outcomes) throws IOException {
        assertThat(outcomes).noneMatch(outcome -> (outcome.out() + outcome.err()).contains(secret));
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                assertThat(Files.readString(file)).as("%s", file).doesNotContain(secret);
            }
        }
    }

    private static String host(TestServer server) {
        return "root@" + server.address();
    }
}
