package dev.vfaas.provision.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.Person;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of three behind firewalls, and a stranger on the same network. */
class FirewallClusterIT {
    private static final String VERSION = "v1.20.2+k3s1";

    @TempDir
    Path home;

    @Test
    void nodesReachEachOtherAndAStrangerReachesSshOnly() {
        try (Testbed testbed = Testbed.withKubernetes()) {
            TestServer one = testbed.server("one");
            TestServer two = testbed.server("two");
            TestServer three = testbed.server("three");
            TestServer stranger = testbed.server("stranger");
            new Person(home, one).known(String.join("\n", one.knownHost(), two.knownHost(), three.knownHost()));
            String mirror = testbed.release(VERSION).url();

            // Without a firewall: what listens on all addresses is told.
            Tool.Outcome up = vfaas(one, "up", host(one), "--stack", "none", "--k3s", VERSION, "--mirror", mirror);
            assertThat(up.exitCode()).as(up.err()).isZero();
            assertThat(up.out()).contains("6443/tcp", "--firewall");
            assertThat(knocks(stranger, one.address(), 6443)).isTrue();
            assertThat(one.run("k3s kubectl get endpoints kubernetes -o jsonpath='{.subsets[0].addresses[0].ip}'")
                            .out())
                    .as("pods reach the API server at the node's address: it must listen there")
                    .isEqualTo(one.address());

            // The test-bed's nodes join on 9345.
            Tool.Outcome closed = vfaas(one, "up", host(one), "--firewall", "--allow-port", "9345");
            assertThat(closed.exitCode()).as(closed.err()).isZero();
            assertThat(knocks(stranger, one.address(), 6443)).isFalse();
            assertThat(knocks(stranger, one.address(), 10250)).isFalse();

            Tool.Outcome added = vfaas(
                    two,
                    "node",
                    "add",
                    host(two),
                    "--to",
                    host(one),
                    "--to-host-key",
                    one.fingerprint(),
                    "--mirror",
                    mirror);
            assertThat(added.exitCode()).as(added.err()).isZero();
            assertThat(nodes(one)).contains(two.address());
            assertThat(nodes(two)).contains(one.address());
            assertThat(knocks(stranger, two.address(), 10250)).isFalse();
            assertThat(knocks(stranger, two.address(), 22)).isTrue();
            assertThat(one.run("k3s kubectl get --raw /api/v1/nodes/two/proxy/healthz")
                            .out())
                    .isEqualTo("ok");

            // One more: the node that nobody names is told of it, and of its leaving.
            Tool.Outcome another = vfaas(three, "node", "add", host(three), "--to", host(one), "--mirror", mirror);
            assertThat(another.exitCode()).as(another.err()).isZero();
            assertThat(another.err()).doesNotContain("the firewall of");
            assertThat(nodes(one)).contains(two.address(), three.address());
            assertThat(nodes(two)).contains(one.address(), three.address());
            assertThat(nodes(three)).contains(one.address(), two.address());
            assertThat(knocks(three, two.address(), 10250)).isTrue();
            assertThat(knocks(two, three.address(), 10250)).isTrue();
            assertThat(knocks(stranger, three.address(), 10250)).isFalse();
            Tool.Outcome left = vfaas(three, "node", "remove", host(three), "--from", host(one), "--yes");
            assertThat(left.exitCode()).as(left.err()).isZero();
            assertThat(left.err()).doesNotContain("the firewall of");
            assertThat(nodes(one)).contains(two.address()).doesNotContain(three.address());
            assertThat(nodes(two)).contains(one.address()).doesNotContain(three.address());

            // A neighbour that sends packets for a service to the node does not get through.
            stranger.run("ip route add 10.43.0.0/16 via " + one.address()).orFail("route");
            assertThat(knocks(stranger, "10.43.0.1", 443)).isFalse();
            assertThat(knocks(two, "10.43.0.1", 443)).isTrue();

            Tool.Outcome doctor = vfaas(one, "doctor", host(one), "-o", "json");
            assertThat(doctor.out().replaceAll("\\s+", ""))
                    .contains("\"id\":\"V-FIREWALL\",\"severity\":\"pass\"", "\"id\":\"V-OPEN\",\"severity\":\"pass\"");
            assertThat(vfaas(one, "up", host(one)).out()).contains("nothing to do");

            Tool.Outcome removed = vfaas(
                    two,
                    "node",
                    "remove",
                    host(two),
                    "--from",
                    host(one),
                    "--from-host-key",
                    one.fingerprint(),
                    "--yes");
            assertThat(removed.exitCode()).as(removed.err()).isZero();
            assertThat(nodes(one)).doesNotContain(two.address());
            assertThat(two.run("nft list table inet vfaas").exitCode()).isNotZero();

            Tool.Outcome down = vfaas(one, "down", host(one), "--yes");
            assertThat(down.exitCode()).as(down.err()).isZero();
            assertThat(one.run("nft list tables | grep vfaas; ls -d /etc/vfaas /etc/systemd/system/vfaas* 2>/dev/null")
                            .out())
                    .isEmpty();
        }
    }

    /** The addresses its rules know as those of nodes. */
    private static String nodes(TestServer server) {
        return server.run("nft list set inet vfaas nodes4").orFail("nft").out();
    }

    private static boolean knocks(TestServer from, String address, int port) {
        return from.run("timeout 2 bash -c 'exec 3<>/dev/tcp/" + address + "/" + port + "'")
                        .exitCode()
                == 0;
    }

    private Tool.Outcome vfaas(TestServer server, String... words) {
        return new Tool(home)
                .run(Stream.of(
                                Stream.of(words),
                                Stream.of("--identity", server.key().toString(), "--host-key", server.fingerprint()))
                        .flatMap(part -> part)
                        .toArray(String[]::new));
    }

    private static String host(TestServer server) {
        return "root@" + server.address();
    }
}
