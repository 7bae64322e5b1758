package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code vfaas up HOST} and its companions against a real server: sshd, sudo, systemd. */
class ServerUpIT {
    private static final String TREE =
            "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /var/log"
                    + " -o -path /tmp -o -path /var/lib/systemd -o -path /home/pat/.cache \\) -prune -o -type f"
                    + " -printf '%p %m %u:%g %s %C@\\n' | sort";
    private static final int KILLS = 20;

    private static Testbed testbed;
    private static TestServer server;

    @TempDir
    Path home;

    private Person person;

    @BeforeAll
    static void boot() {
        testbed = Testbed.open();
        server = testbed.server("bare");
    }

    @AfterAll
    static void end() {
        if (testbed != null) {
            testbed.close();
        }
    }

    @BeforeEach
    void sitDown() {
        person = new Person(home, server);
    }

    private Tool.Outcome vfaas(String user, String command, String... options) {
        return person.vfaasAs(user, command, options);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "ops", "pat"})
    void serverIsPreparedOnceAndLeftAsItWas(String user) throws IOException {
        String before = server.run(TREE).orFail("tree").out();

        Tool.Outcome dry = vfaas(user, "up", "--prepare-only", "--dry-run", "--exit-code");
        assertThat(dry.exitCode()).as(dry.err()).isEqualTo(10);
        assertThat(dry.out()).contains("+ file /etc/sysctl.d/90-vfaas.conf", "+ net.ipv4.ip_forward = 1");
        assertThat(server.run(TREE).out()).isEqualTo(before);

        Tool.Outcome first = vfaas(user, "up", "--prepare-only", "-o", "json");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out().lines().toList().getLast()).contains("\"event\":\"done\"", "\"commands\":7");
        assertThat(server.run("stat -c '%a %U' /var/lib/vfaas /var/lib/vfaas/state.json /var/lib/vfaas/audit.jsonl")
                        .out())
                .isEqualTo("700 root\n600 root\n600 root\n");

        String prepared = server.run(TREE).out();
        Tool.Outcome second = vfaas(user, "up", "--prepare-only");
        assertThat(second.out()).endsWith(": nothing to do\n");
        assertThat(server.run(TREE).out()).isEqualTo(prepared);

        assertThat(vfaas(user, "status", "--drift").exitCode()).isZero();
        server.run("echo '# mine' >> /etc/sysctl.d/90-vfaas.conf").orFail("drift");
        assertThat(vfaas(user, "status", "--drift").exitCode()).isEqualTo(10);
        assertThat(vfaas(user, "up", "--prepare-only").exitCode()).isZero();
        assertThat(vfaas(user, "status", "--drift").exitCode()).isZero();

        assertThat(vfaas(user, "down").exitCode()).isEqualTo(2);
        assertThat(vfaas(user, "status", "--drift").exitCode()).isZero();
        Tool.Outcome down = vfaas(user, "down", "--yes");
        assertThat(down.exitCode()).as(down.err()).isZero();
        assertThat(server.run(TREE).out()).isEqualTo(before);
        assertThat(everythingKeptHere()).doesNotContain(TestServer.PASSWORD);
    }

    private String everythingKeptHere() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    @Test
    void killedAtAnyMomentTheNextRunFinishes() throws IOException, InterruptedException {
        String before = server.run(TREE).orFail("tree").out();
        Random moments = new Random(20);
        long begun = System.nanoTime();
        assertThat(person.start("up", "--prepare-only").ended()).isZero();
        int wholeRun = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        assertThat(vfaas("root", "down", "--yes").exitCode()).isZero();
        int cutOff = 0;
        for (int i = 0; i < KILLS; i++) {
            Person.Started up = person.start("up", "--prepare-only");
            boolean ended = up.process().waitFor(wholeRun / 4 + moments.nextInt(wholeRun), TimeUnit.MILLISECONDS);
            up.kill();
            cutOff += ended ? 0 : 1;

            Tool.Outcome next = vfaas("root", "up", "--prepare-only");
            assertThat(next.exitCode()).as("kill " + i + next.err()).isZero();
            assertThat(vfaas("root", "up", "--prepare-only").out()).endsWith(": nothing to do\n");
            assertThat(server.run("ls -A /var/lib/vfaas; find /etc -name '*.vfaas-*'")
                            .out())
                    .isEqualTo(".guard\naudit.jsonl\nstate.json\n");
            assertThat(vfaas("root", "down", "--yes").exitCode()).isZero();
            assertThat(server.run(TREE).out()).as("after kill " + i).isEqualTo(before);
        }
        assertThat(cutOff).isPositive();
    }

    @Test
    void someoneElsesLockIsToldOfAndKept() {
        server.run("mkdir -p /var/lib/vfaas/lock && printf 'other\\n"
                        + "{\"who\":\"bob@desk\",\"machine\":\"desk:1\",\"pid\":1,\"started\":\"\",\"since\":\"2026-01-01T00:00:00Z\",\"action\":\"up\"}\\n'"
                        + " > /var/lib/vfaas/lock/holder && touch /var/lib/vfaas/lock/heartbeat")
                .orFail("lock");
        Tool.Outcome refused = vfaas("root", "up", "--prepare-only");
        assertThat(refused.exitCode()).isEqualTo(5);
        assertThat(refused.err()).contains("bob@desk", "--lock-wait");
        assertThat(server.run("ls /etc/sysctl.d/90-vfaas.conf").exitCode()).isNotZero();
        server.run("rm -rf /var/lib/vfaas");
    }

    @Test
    void oneWithoutSudoIsRefusedBeforeAnythingChanges() {
        Tool.Outcome refused = vfaas("guest", "up", "--prepare-only");
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(server.run("ls /var/lib/vfaas").exitCode()).isNotZero();
    }
}
