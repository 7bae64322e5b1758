package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a bare server to functions on vfaas's own gateway, on two nodes, and back; against real sshd, systemd and Kubernetes. */
class VfaasStackIT {
    private static final String VERSION = "v1.20.2+k3s1";

    /** Everything vfaas may write, with what tells one write from another, and since when the gateway's pods run. */
    private static final String TREE =
            "find /etc /usr/local /var/lib/vfaas /var/lib/rancher/k3s/agent/images -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort;"
                    + " systemctl show k3s -p ActiveEnterTimestamp; k3s kubectl -n vfaas get pods,deployments,services,secrets -o 'jsonpath={range .items[*]}{.metadata.uid} {.metadata.generation}{\"\\n\"}{end}'";

    @TempDir
    Path home;

    @Test
    void upCallsAFunctionAndAPersonsFunctionRunsOnTwoNodes() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            TestServer two = testbed.server("two");
            String mirror = testbed.release(VERSION).url();
            String bare = one.run("ls /etc /usr/local/bin /var/lib").out();

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

            functionOnOneNode();

            Tool.Outcome added = new Tool(home)
                    .run(
                            "node",
                            "add",
                            host(two),
                            "--to",
                            host(one),
                            "--identity",
                            one.key().toString(),
                            "--host-key",
                            two.fingerprint(),
                            "--mirror",
                            mirror);
            assertThat(added.exitCode()).as(added.err()).isZero();
            one.run("k3s kubectl cordon one").orFail("cordon");
            assertThat(tool("scale", "hello=2").exitCode()).isZero();
            one.await(
                    "k3s kubectl -n openfaas-fn get pods -o 'jsonpath={range .items[*]}{.spec.nodeName}={.status.containerStatuses[0].ready} {end}'",
                    out -> out.contains("two=true"),
                    Duration.ofMinutes(2));
            assertThat(tool("invoke", "hello").out()).contains("body");

            String password = one.run("sed -n 's/^ *password: *//p' /etc/rancher/k3s/registries.yaml")
                    .out()
                    .strip();
            assertThat(password).hasSize(32);
            assertNowhere(password, up, again, added);

            Tool.Outcome down = server("down", one, "--yes");
            assertThat(down.exitCode()).as(down.err()).isZero();
            assertThat(one.run("ls /etc /usr/local/bin /var/lib").out()).isEqualTo(bare);
            assertThat(tool("context", "list", "-o", "name").out()).doesNotContain(one.address());
        }
    }

    private void functionOnOneNode() {
        assertThat(tool("new", "--lang", "go", "hello").exitCode()).isZero();
        Tool.Outcome first = tool("up", "--base", "scratch");
        assertThat(first.exitCode()).as(first.err()).isZero();
        Tool.Outcome invoked = tool("invoke", "hello");
        assertThat(invoked.exitCode()).as(invoked.err()).isZero();
        assertThat(tool("list", "-o", "name").out()).contains("hello");
    }

    private Tool.Outcome tool(String... words) {
        return new Tool(home).run(words);
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
