package dev.vfaas.provision.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.provision.Findings;
import dev.vfaas.provision.Person;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From bare servers to a cluster of two and back, against real sshd, systemd and Kubernetes. */
class ClusterIT {
    private static final String VERSION = "v1.20.2+k3s1";

    /**
     * What a run that changes nothing leaves as it is: mode, owner, size, inode and times of every file (a ctime cannot be set back), sums of those that
     * vfaas may write, and since when each unit runs. K3s's own data and what a login writes are left out.
     */
    private static final String TREE = """
            find / /var/lib -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log -o -path /var/lib/systemd \
              -o -path /var/lib/rancher -o -path /var/lib/kubelet -o -path /root/.kube \\) -prune -o -printf '%p %y %m %u:%g %s %i %T@ %C@\\n' \
              | grep -v -e '^/etc/mtab ' -e '^/ d ' -e '^/var d ' -e '^/var/lib d ' | sort -u
            find /etc /usr/local /var/lib/vfaas -xdev -type f -exec sha256sum {} + | sort -k2
            systemctl show '*' --type=service -p Id,ActiveEnterTimestamp,MainPID,NRestarts | paste -s -d ' ' | sed 's/  /\\n/g' \
              | grep -v -e '=user' -e '=systemd-' | sort
            """;

    @TempDir
    Path home;

    @Test
    void upAgainForwardNodesAndDown() throws IOException, InterruptedException {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            TestServer two = testbed.server("two");
            TestServer three = testbed.server("three");
            Person person = new Person(home, one);
            person.known(String.join("\n", one.knownHost(), two.knownHost(), three.knownHost()));
            String mirror = testbed.release(VERSION).url();
            String bare = one.run("ls /etc /usr/local/bin /var/lib").out();

            Tool.Outcome up = up(one, "--k3s", VERSION, "--mirror", mirror);
            assertThat(up.exitCode()).as(up.err()).isZero();
            assertThat(up.out()).contains("is ready");
            assertThat(Files.readString(home.resolve(".kube/config"))).contains("current-context: " + one.address());

            String tree = one.run(TREE).orFail("tree").out();
            assertThat(tree).contains("/etc/rancher/k3s/", "Id=k3s.service", "/var/lib/vfaas/state.json");
            long begun = System.nanoTime();
            Tool.Outcome again = up(one);
            long took = System.nanoTime() - begun;
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(again.out()).contains("nothing to do");
            assertThat(one.run(TREE).out()).isEqualTo(tree);
            System.out.printf("up with nothing to do: %d ms in process%n", took / 1_000_000);

            forwarded(person, one);
            anotherNameOfTheServerRestartsK3sOnce(one);
            worksOnTheServer(person, one);

            Tool.Outcome added = person.words(
                    "",
                    List.of(
                            "node",
                            "add",
                            host(two),
                            host(three),
                            "--to",
                            host(one),
                            "--identity",
                            key(one),
                            "--mirror",
                            mirror));
            assertThat(added.exitCode()).as(added.out() + added.err()).isZero();
            assertThat(added.out()).contains("is node two (agent)", "is node three (agent)");
            Tool.Outcome nodes = tool("node", "list", host(one), "-o", "name", "--identity", key(one))
                    .run(one);
            assertThat(nodes.out().lines()).containsExactlyInAnyOrder("one", "two", "three");
            Tool.Outcome same = person.words(
                    "",
                    List.of(
                            "node",
                            "add",
                            host(two),
                            host(three),
                            "--to",
                            host(one),
                            "--identity",
                            key(one),
                            "--mirror",
                            mirror));
            assertThat(same.exitCode()).as(same.out() + same.err()).isZero();
            assertThat(same.out().split("nothing was to do", -1)).hasSize(3);
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
                    .containsExactlyInAnyOrder("one", "three");
            assertThat(two.run("ls -d /etc/rancher /var/lib/rancher /var/lib/vfaas /usr/local/bin/k3s 2>/dev/null")
                            .out())
                    .isEmpty();

            assertThat(tool("node", "remove", host(three), "--from", host(one), "--identity", key(one), "--yes")
                            .run(three)
                            .exitCode())
                    .isZero();
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

    private void anotherNameOfTheServerRestartsK3sOnce(TestServer server) {
        String since = "systemctl show k3s -p ActiveEnterTimestampMonotonic";
        String before = server.run(since).out();
        Tool.Outcome named = up(server, "--tls-san", "k3s.example");
        assertThat(named.exitCode()).as(named.err()).isZero();
        String after = server.run(since).out();
        assertThat(after).isNotEqualTo(before);
        assertThat(up(server).out()).contains("nothing to do");
        assertThat(server.run(since).out()).isEqualTo(after);
    }

    private void worksOnTheServer(Person person, TestServer server) {
        Tool.Outcome exec =
                person.vfaas("host exec", "--", "sh", "-c", "echo \"to $0\"; echo 'a word' >&2; exit 3", "out");
        assertThat(exec.exitCode()).isEqualTo(3);
        assertThat(exec.out()).isEqualTo("to out\n");
        assertThat(exec.err()).contains("a word");
        Tool.Outcome audit = person.vfaas("host audit", "-o", "json");
        assertThat(audit.exitCode()).as(audit.err()).isZero();
        assertThat(audit.out()).contains("\"up\"", "k3s-service");
        Tool.Outcome logs = person.vfaas("host logs", "--unit", "k3s", "--lines", "5");
        assertThat(logs.exitCode()).as(logs.err()).isZero();
        assertThat(logs.out()).contains("k3s");

        server.run("systemctl stop k3s").orFail("stop");
        assertThat(Findings.of(person.vfaas("doctor", "-o", "json")).get("K-READYZ"))
                .isNotEqualTo("pass");
        Tool.Outcome mended = person.vfaas("doctor", "--fix");
        assertThat(mended.err()).contains("started K3s, which was not running");
        assertThat(server.run("systemctl is-active k3s").out()).isEqualTo("active\n");
        // The test-bed's K3s makes a new client certificate when it starts, which this machine keeps.
        assertThat(up(server).exitCode()).isZero();
    }

    /** The kubeconfig that {@code up} wrote leads to the cluster while {@code host forward} runs, and nowhere once Ctrl-C ended it. */
    private void forwarded(Person person, TestServer server) throws IOException, InterruptedException {
        Config config = Config.fromKubeconfig(Files.readString(home.resolve(".kube/config")));
        config.setRequestRetryBackoffLimit(0);
        Person.Started forward = person.start("host forward");
        assertThat(forward.until("API server")).as(forward.said()).isTrue();
        assertThat(forward.said()).contains(config.getMasterUrl().replaceAll("/$", ""));
        assertThat(nodes(config)).containsExactly("one");

        // What listens stays when the connection breaks, and the next one goes through again.
        server.run("pkill -f '^sshd: root' || true");
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!forward.said().contains("connected to root@" + server.address() + " again")) {
            assertThat(System.nanoTime()).as(forward.said()).isLessThan(end);
            Thread.sleep(200);
        }
        assertThat(nodes(config)).containsExactly("one");

        forward.signal("INT");
        assertThat(forward.ended()).isEqualTo(130);
        assertThatThrownBy(() -> nodes(config)).isInstanceOf(KubernetesClientException.class);
    }

    private static List<String> nodes(Config config) {
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            return client.nodes().list().getItems().stream()
                    .map(node -> node.getMetadata().getName())
                    .toList();
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
