package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From bare servers to a cluster of two and back, against real sshd, systemd and Kubernetes. */
class ClusterIT {
    private static final String VERSION = "v1.20.2+k3s1";

    /** Everything a first run may leave on a server, with what tells one write from another. */
    private static final String TREE =
            "find /etc /usr/local /var/lib/vfaas -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort; systemctl show k3s -p ActiveEnterTimestamp";

    @TempDir
    Path home;

    @Test
    void upAgainNodeAddNodeRemoveAndDown() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            TestServer two = testbed.server("two");
            String mirror = testbed.release(VERSION).url();
            String bare = one.run("ls /etc /usr/local/bin /var/lib").out();

            Tool.Outcome up = up(one, "--k3s", VERSION, "--mirror", mirror);
            assertThat(up.exitCode()).as(up.err()).isZero();
            assertThat(up.out()).contains("is ready");
            assertThat(Files.readString(home.resolve(".kube/config"))).contains("current-context: " + one.address());

            String tree = one.run(TREE).out();
            Tool.Outcome again = up(one);
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(again.out()).contains("nothing to do");
            assertThat(one.run(TREE).out()).isEqualTo(tree);

            Tool.Outcome added = tool("node", "add", host(two), "--to", host(one), "--identity", key(one))
                    .run(two, "--mirror", mirror);
            assertThat(added.exitCode()).as(added.err()).isZero();
            Tool.Outcome nodes = tool("node", "list", host(one), "-o", "name", "--identity", key(one))
                    .run(one);
            assertThat(nodes.out().lines()).containsExactlyInAnyOrder("one", "two");
            assertThat(up(one).out()).contains("nothing to do");

            String token =
                    one.run("cat /var/lib/rancher/k3s/server/node-token").out().strip();
            assertNowhere(token.substring(token.lastIndexOf(':') + 1), up, added);

            Tool.Outcome removed = tool(
                            "node", "remove", host(two), "--from", host(one), "--identity", key(one), "--yes")
                    .run(two);
            assertThat(removed.exitCode()).as(removed.err()).isZero();
            assertThat(tool("node", "list", host(one), "-o", "name", "--identity", key(one))
                            .run(one)
                            .out()
                            .lines())
                    .containsExactly("one");
            assertThat(two.run("ls -d /etc/rancher /var/lib/rancher /var/lib/vfaas /usr/local/bin/k3s 2>/dev/null")
                            .out())
                    .isEmpty();

            Tool.Outcome down =
                    tool("down", host(one), "--identity", key(one), "--yes").run(one);
            assertThat(down.exitCode()).as(down.err()).isZero();
            assertThat(one.run("ls /etc /usr/local/bin /var/lib").out()).isEqualTo(bare);
            assertThat(one.run("mount | grep -e k3s -e kubelet; pgrep -l 'kube|containerd|etcd'")
                            .out())
                    .isEmpty();
            assertThat(Files.readString(home.resolve(".kube/config"))).doesNotContain(one.address());
        }
    }

    @Test
    void aWrongChecksumInstallsNothing() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            Testbed.Release release = testbed.release(VERSION);
            Path sums = release.folder().resolve(VERSION).resolve("sha256sum-amd64.txt");
            Files.writeString(sums, "0".repeat(64) + "  k3s\n");

            Tool.Outcome up = up(one, "--k3s", VERSION, "--mirror", release.url());
            assertThat(up.exitCode()).isEqualTo(7);
            assertThat(up.err()).contains("checksum").contains("0".repeat(64)).contains("nothing was installed");
            assertThat(one.run("ls /usr/local/bin").out()).isEmpty();
        }
    }

    private Tool.Outcome up(TestServer server, String... options) {
        return tool("up", host(server), "--stack", "none", "--identity", key(server))
                .run(server, options);
    }

    private void assertNowhere(String secret, Tool.Outcome... outcomes) throws IOException {
        assertThat(outcomes).noneMatch(outcome -> (outcome.out() + outcome.err()).contains(secret));
        try (Stream<Path> files = Files.walk(home)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).anyMatch(file -> file.toString().endsWith(".log"));
            for (Path file : all) {
                assertThat(file.toString().endsWith("k3s") ? "" : Files.readString(file))
                        .as("%s", file)
                        .doesNotContain(secret);
            }
        }
    }

    private interface Line {
        Tool.Outcome run(TestServer hostKeyOf, String... more);
    }

    private Line tool(String... words) {
        return (server, more) -> new Tool(home)
                .run(Stream.of(Stream.of(words), Stream.of("--host-key", server.fingerprint()), Stream.of(more))
                        .flatMap(part -> part)
                        .toArray(String[]::new));
    }

    private static String host(TestServer server) {
        return "root@" + server.address();
    }

    private static String key(TestServer server) {
        return server.key().toString();
    }
}
