package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a bare server to vfaas's own gateway and back; against real sshd, systemd and Kubernetes. */
class VfaasStackIT {
    private static final String VERSION = "v1.20.2+k3s1";

    /** Everything vfaas may write, with what tells one write from another, and since when the gateway's pods run. */
    private static final String TREE =
            "find /etc /usr/local /var/lib/vfaas /var/lib/rancher/k3s/agent/images -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort;"
                    + " systemctl show k3s -p ActiveEnterTimestamp; k3s kubectl -n vfaas get pods,deployments,services,secrets -o 'jsonpath={range .items[*]}{.metadata.uid} {.metadata.generation}{\"\\n\"}{end}'";

    @TempDir
    Path home;

    @Test
    void upEndsWithAFunctionCalledAndDownLeavesNothing() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
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

            Tool.Outcome down = server("down", one, "--yes");
            assertThat(down.exitCode()).as(down.err()).isZero();
            assertThat(one.run("ls -d /var/lib/vfaas-gateway /var/lib/rancher /etc/rancher /var/lib/vfaas 2>/dev/null")
                            .out())
                    .isEmpty();
            assertThat(tool("context", "list", "-o", "name").out()).doesNotContain(one.address());
        }
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
