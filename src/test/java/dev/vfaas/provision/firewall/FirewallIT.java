package dev.vfaas.provision.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.Person;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vfaas up HOST --firewall} against real servers: nftables, ufw, systemd's timers, and a second server that knocks. */
class FirewallIT {
    private static final String TREE =
            "find /etc /usr /var/lib/vfaas /run/vfaas-firewall -xdev -type f -printf '%p %m %u:%g %s %C@\\n' 2>/dev/null | sort";
    private static final String ANSWERS =
            "systemd-run -q --unit=answer-%1$d python3 -m http.server %1$d --directory /opt";
    /** Someone's own rules: let in SSH, close one port, and by default do as said. */
    private static final String THEIRS = """
            table inet theirs {
              chain input {
                type filter hook input priority 0; policy %s;
                ct state established,related accept
                tcp dport 22 accept
                tcp dport 9999 drop
              }
            }
            """;

    private static final String TABLE = "nft list table inet vfaas";

    @TempDir
    Path home;

    private Person person;
    private Testbed testbed;
    private TestServer server;
    private TestServer stranger;

    @BeforeEach
    void boot() {
        testbed = Testbed.open();
        server = testbed.server("guarded");
        stranger = testbed.server("stranger");
        person = new Person(home, server);
        for (int port : new int[] {6443, 9100}) {
            server.run(ANSWERS.formatted(port)).orFail("listener");
        }
        server.await("ss -Hltn", out -> out.contains(":6443") && out.contains(":9100"), Duration.ofSeconds(30));
    }

    @AfterEach
    void end() {
        testbed.close();
    }

    private Tool.Outcome vfaas(String command, String... options) {
        return person.vfaas(command, options(command, options));
    }

    private static String[] options(String command, String... options) {
        return Stream.concat(command.equals("up") ? Stream.of("--prepare-only") : Stream.empty(), Stream.of(options))
                .toArray(String[]::new);
    }

    /** Whether the other server gets a connection; both families. */
    private boolean open(int port) {
        return knock(server.address(), port) || knock(server.address6(), port);
    }

    private boolean knock(String address, int port) {
        return stranger.run("timeout 1 bash -c 'exec 3<>/dev/tcp/" + address + "/" + port + "'")
                        .exitCode()
                == 0;
    }

    @Test
    void sshStaysOpenAndTheRestIsClosedUntilItIsTakenAway() {
        String before = server.run(TREE).out();
        String rules = server.run("nft list ruleset; iptables-save").out();
        assertThat(open(6443)).isTrue();

        Tool.Outcome dry = vfaas("up", "--firewall", "--dry-run", "--exit-code");
        assertThat(dry.exitCode()).as(dry.err()).isEqualTo(10);
        assertThat(dry.out()).contains("+ file /etc/vfaas/firewall.nft", "tcp dport { 22 } accept");
        assertThat(server.run(TREE).out()).isEqualTo(before);

        Tool.Outcome up = vfaas("up", "--firewall", "--allow-port", "9100/tcp@" + stranger.address());
        assertThat(up.exitCode()).as(up.err()).isZero();
        assertThat(open(22)).isTrue();
        assertThat(open(6443)).isFalse();
        assertThat(knock(server.address(), 9100)).isTrue();
        assertThat(knock(server.address6(), 9100)).isFalse();
        assertThat(server.run("timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/6443'")
                        .exitCode())
                .isZero();
        assertThat(stranger.run("ping -c 1 -W 3 " + server.address()).exitCode())
                .isZero();
        assertThat(stranger.run("ping -c 1 -W 3 " + server.address6()).exitCode())
                .isZero();

        String tree = server.run(TREE).out();
        Tool.Outcome again = vfaas("up");
        assertThat(again.out()).as(again.err()).endsWith(": nothing to do\n");
        assertThat(server.run(TREE).out()).isEqualTo(tree);
        assertThat(vfaas("status", "--drift").exitCode()).isZero();
        assertThat(vfaas("status").out()).contains("firewall: nftables", "22/tcp (SSH)");

        server.run("nft insert rule inet vfaas world tcp dport 6443 accept").orFail("tamper");
        assertThat(open(6443)).isTrue();
        assertThat(vfaas("up").exitCode()).isZero();
        assertThat(open(6443)).isFalse();

        server.reboot();
        server.run(ANSWERS.formatted(6443)).orFail("listener");
        server.await("ss -Hltn", out -> out.contains(":6443"), Duration.ofSeconds(30));
        assertThat(open(6443)).isFalse();
        assertThat(vfaas("up").out()).endsWith(": nothing to do\n");

        Tool.Outcome off = vfaas("up", "--no-firewall");
        assertThat(off.exitCode()).as(off.err()).isZero();
        assertThat(open(6443)).isTrue();
        assertThat(server.run(TABLE).exitCode()).isNotZero();
        assertThat(vfaas("up").out()).endsWith(": nothing to do\n");

        assertThat(vfaas("up", "--firewall").exitCode()).isZero();
        assertThat(open(6443)).isFalse();
        Tool.Outcome down = vfaas("down", "--yes");
        assertThat(down.exitCode()).as(down.err()).isZero();
        assertThat(server.run(TREE).out().replaceAll(" \\S+\n", "\n")).isEqualTo(before.replaceAll(" \\S+\n", "\n"));
        assertThat(server.run("nft list ruleset; iptables-save").out()).isEqualTo(rules);
        assertThat(server.run(
                                "systemctl list-units --all --no-legend 'vfaas*'; ls /run/vfaas-firewall /etc/vfaas 2>/dev/null")
                        .out())
                .isEmpty();
    }

    /** The laptop dies after the rules are loaded and before they are confirmed; new SSH connections do not get through in that time. */
    @Test
    void killedBeforeTheConfirmationTheHostTakesTheRulesBack() throws InterruptedException {
        server.run("systemd-run -q --unit=cutter bash -c 'until " + TABLE
                        + " >/dev/null 2>&1; do sleep 0.02; done; iptables -I INPUT -p tcp --dport 22 --syn -j DROP; touch /root/was-loaded;"
                        + " sleep 4; iptables -D INPUT -p tcp --dport 22 --syn -j DROP'")
                .orFail("cutter");
        Person.Started laptop =
                person.start("up", options("up", "--firewall", "--firewall-patience", "6s", "-o", "json"));
        assertThat(laptop.until("proving that a new SSH connection works"))
                .as(laptop.said())
                .isTrue();
        laptop.kill();

        server.await(
                "cat /root/was-loaded; " + TABLE + " >/dev/null 2>&1 || echo gone",
                out -> out.equals("gone\n"),
                Duration.ofSeconds(40));
        assertThat(open(6443)).isTrue();
        assertThat(server.run("ls /etc/vfaas/firewall.nft /etc/systemd/system/vfaas-firewall.service")
                        .exitCode())
                .isNotZero();

        Tool.Outcome next = vfaas("up");
        assertThat(next.exitCode()).as(next.err()).isZero();
        assertThat(open(6443)).isFalse();
        assertThat(vfaas("up").out()).endsWith(": nothing to do\n");
    }

    /** The port people come in by is led to sshd's by a rule of the host, so that sshd cannot know it. */
    @Test
    void rulesThatLockOutAreTakenBackAtOnce() {
        server.run("iptables -t nat -A PREROUTING -p tcp --dport 2222 -j REDIRECT --to-ports 22")
                .orFail("redirect");
        person.known("[" + server.address() + "]:2222 " + server.knownHost().split(" ", 2)[1]);

        Tool.Outcome up = new Tool(home)
                .run(
                        "up",
                        "root@" + server.address() + ":2222",
                        "--identity",
                        server.key().toString(),
                        "--prepare-only",
                        "--firewall");
        assertThat(up.exitCode()).as(up.err()).isEqualTo(7);
        assertThat(up.err()).contains("no new SSH connection could be opened", "taken back");
        assertThat(server.run(TABLE).exitCode()).isNotZero();
        assertThat(server.run("ls /run/vfaas-firewall").exitCode()).isNotZero();
        assertThat(open(6443)).isTrue();

        Tool.Outcome allowed = new Tool(home)
                .run(
                        "up",
                        "root@" + server.address() + ":2222",
                        "--identity",
                        server.key().toString(),
                        "--prepare-only",
                        "--firewall",
                        "--allow-port",
                        "2222");
        assertThat(allowed.exitCode()).as(allowed.err()).isZero();
        assertThat(open(6443)).isFalse();
    }

    @Test
    void anActiveUfwGetsRulesOfItsOwnKindAndLosesNoneOfItsOwn() {
        server.install("ufw");
        server.run("ufw allow OpenSSH && ufw allow 80/tcp && ufw --force enable")
                .orFail("ufw");
        String before = server.run("ufw show added").out();
        assertThat(open(6443)).isFalse();

        Tool.Outcome up = vfaas("up", "--firewall", "--allow-port", "9100,80");
        assertThat(up.exitCode()).as(up.err()).isZero();
        assertThat(server.run("ufw show added").out())
                .contains(before.lines().toList())
                .contains(
                        "ufw allow 22/tcp comment 'vfaas'",
                        "ufw allow from 10.42.0.0/16 comment 'vfaas'",
                        "ufw allow 9100/tcp comment 'vfaas'")
                .doesNotContain("80/tcp comment");
        assertThat(open(9100)).isTrue();
        assertThat(open(6443)).isFalse();
        assertThat(server.run(TABLE).exitCode()).isNotZero();
        assertThat(vfaas("up").out()).endsWith(": nothing to do\n");

        assertThat(vfaas("up", "--allow-port", "none").exitCode()).isZero();
        assertThat(open(9100)).isFalse();
        Tool.Outcome down = vfaas("down", "--yes");
        assertThat(down.exitCode()).as(down.err()).isZero();
        assertThat(server.run("ufw show added").out()).isEqualTo(before);
        assertThat(open(22)).isTrue();
    }

    @Test
    void anotherFirewallIsRefusedBeforeAnythingChanges() {
        server.run(
                        "iptables -A INPUT -p tcp --dport 22 -j ACCEPT && iptables -A INPUT -m state --state ESTABLISHED -j ACCEPT && iptables -P INPUT DROP")
                .orFail("iptables");
        refused("iptables drops by default");
        server.run("iptables -P INPUT ACCEPT && iptables -F INPUT").orFail("iptables");

        server.run("nft -f - <<'N'\n" + THEIRS.formatted("drop") + "N").orFail("nft");
        refused("the nftables table inet theirs drops by default");
        server.run("nft delete table inet theirs").orFail("nft");

        // What filters something and lets the rest in stays as it is, beside ours.
        server.run("nft -f - <<'N'\n" + THEIRS.formatted("accept") + "N").orFail("nft");
        String theirs = server.run("nft list table inet theirs").out();
        assertThat(vfaas("up", "--firewall").exitCode()).isZero();
        assertThat(open(6443)).isFalse();
        assertThat(open(22)).isTrue();
        assertThat(server.run("nft list table inet theirs").out()).isEqualTo(theirs);
        assertThat(vfaas("up", "--no-firewall").exitCode()).isZero();
        assertThat(server.run("nft list table inet theirs").out()).isEqualTo(theirs);
        assertThat(vfaas("down", "--yes").exitCode()).isZero();
        server.run("nft delete table inet theirs").orFail("nft");

        // The package is heavy; what tells of it is its unit.
        server.run("systemd-run -q --unit=firewalld sleep 900").orFail("firewalld");
        String rules = server.run("nft list ruleset").out();
        refused("firewalld is active");
        assertThat(server.run("nft list ruleset").out()).isEqualTo(rules);
    }

    private void refused(String why) {
        Tool.Outcome refused = vfaas("up", "--firewall");
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains(why, "nothing was changed", "10.42.0.0/16");
        assertThat(server.run("ls /var/lib/vfaas").exitCode()).isNotZero();
    }
}
