package dev.vfaas.provision.facts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactsTest {
    @Test
    void freshUbuntuIsUnderstood() {
        Facts facts = CapturedFacts.UBUNTU_20_04.facts();
        assertThat(facts.os()).isEqualTo(new Facts.Os("ubuntu", "20.04", "Ubuntu 20.04.6 LTS", true, false));
        assertThat(facts.kernel()).isEqualTo("5.4.0-216-generic");
        assertThat(facts.cgroup()).isEqualTo(1);
        assertThat(facts.iptables()).isEqualTo("1.8.4");
        assertThat(facts.cpu()).isEqualTo(new Facts.Cpu(2, 10));
        assertThat(facts.memory()).isEqualTo(new Facts.Memory(4018100L << 10, 3571220L << 10, 0));
        assertThat(facts.disk())
                .isEqualTo(new Facts.Disk(
                        40470732L << 10,
                        38351456L << 10,
                        5085639,
                        "/dev/vda1",
                        false,
                        false,
                        Duration.ofNanos(1_205_000)));
        assertThat(facts.clock()).isEqualTo(new Facts.Clock(Duration.ZERO, true));
        assertThat(facts.network().addresses()).containsExactly("203.0.113.10", "2001:db8::10");
        assertThat(facts.network().on("tcp", 22))
                .containsExactly(
                        new Facts.Listener("tcp", "0.0.0.0", 22, "sshd"), new Facts.Listener("tcp", "::", 22, "sshd"));
        assertThat(facts.network().on("udp", 53))
                .extracting(Facts.Listener::address)
                .containsExactly("127.0.0.53");
        assertThat(facts.network().routes()).contains(new Facts.Route("203.0.113.0/24", "eth0"));
        assertThat(facts.reach()).containsEntry("github.com", new Facts.Reach(true, "23 ms"));
        assertThat(facts.login()).isEqualTo(new Facts.Login("ops", "sudo"));
        assertThat(facts.presence().k3s()).isNull();
        assertThat(facts.kept()).isEqualTo(new Facts.Kept(null, null, null));
        assertThat(CapturedFacts.DEBIAN_12.facts().iptables()).isNull();
        assertThat(CapturedFacts.DEBIAN_12.facts().cgroup()).isEqualTo(2);
    }

    @Test
    void clockAheadIsMeasuredWithoutTheWay() {
        Facts facts = CapturedFacts.DEBIAN_13.with("1750000000.500000000", "1750000090.500000000");
        assertThat(facts.clock().skew()).isEqualTo(Duration.ofSeconds(45)); // the mean of both ends
    }

    @Test
    void whatIsInTheWayIsSeen() {
        Facts facts = CapturedFacts.UBUNTU_22_04.with(
                "dpkg\n",
                "cloud-init\n running\nufw\n active\nk3s\n k3s version v1.34.3+k3s1 (abc)\n go version go1.24\n"
                        + "dpkg\n apt-get (pid 77) holds /var/lib/dpkg/lock-frontend\n");
        assertThat(facts.packageWork()).hasSize(2);
        assertThat(facts.network().firewalls()).containsExactly("ufw");
        assertThat(facts.presence().k3s()).isEqualTo("v1.34.3+k3s1");
    }

    @Test
    void listenersAreReadFromProcWhereThereIsNoSs() {
        Facts facts = CapturedFacts.DEBIAN_11.with(
                "units\n",
                "sockets\n tcp    0: 00000000:192B 00000000:0000 0A 00000000:00000000\n"
                        + " tcp    1: 0100007F:1234 0100007F:9999 01 00000000:00000000\n"
                        + " udp    2: 00000000:2118 00000000:0000 07 00000000:00000000\nunits\n");
        assertThat(facts.network().on("tcp", 6443)).hasSize(1);
        assertThat(facts.network().on("tcp", 0x1234)).isEmpty();
        assertThat(facts.network().on("udp", 8472)).hasSize(1);
    }

    @Test
    void nothingAtAllIsNoException() {
        Facts facts = new FactsParser().parse("", Instant.EPOCH, Instant.EPOCH);
        assertThat(facts.os().systemd()).isFalse();
        assertThat(facts.memory().total()).isZero();
    }

    @Test
    void scriptRunsInThisMachinesShellAndChangesNothing(@TempDir java.nio.file.Path kept) {
        Facts facts = new FactsScript(InstantSource.system(), kept.toString())
                .collect(new dev.vfaas.provision.engine.LocalServer(), FactsScript.Depth.FULL, List.of("127.0.0.1:1"));
        assertThat(facts.kernel()).isEqualTo(System.getProperty("os.version"));
        assertThat(facts.cpu().count()).isPositive();
        assertThat(facts.clock().skew().abs()).isLessThan(Duration.ofSeconds(5));
        assertThat(facts.reach().get("127.0.0.1:1").reachable()).isFalse();
        assertThat(kept).isEmptyDirectory();
    }
}
