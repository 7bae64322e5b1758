package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with {@code vfaas up HOST} before or while it works: what a person is told, the exit code, and that the server stays as it was. */
class FailuresIT {
    private static final String[] CLUSTER = {
        "--stack", "none", "--k3s", "v1.20.2+k3s1", "--mirror", "http://127.0.0.1:1"
    };

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

    /** The outcome of something that must fail so, and leave the server as it was. */
    private static Tool.Outcome refused(int exitCode, Supplier<Tool.Outcome> attempt, String... told) {
        String before = Surroundings.of(server);
        Tool.Outcome outcome = attempt.get();
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
        assertThat(outcome.err()).contains(told).contains("try: ").doesNotContain("Exception");
        assertThat(Surroundings.of(server)).isEqualTo(before);
        return outcome;
    }

    private static String next(Tool.Outcome outcome) {
        return outcome.err()
                .substring(outcome.err().lastIndexOf("try: ") + "try: ".length())
                .strip();
    }

    @Test
    void anUnknownHostKeyIsShownAndTheNextCommandTrustsIt() {
        person.known("");
        Tool.Outcome outcome =
                refused(4, () -> person.vfaas("up", "--prepare-only"), server.address(), "not known", "SHA256:");
        String shown = next(outcome).replaceAll("(?s).*(--host-key) (SHA256:\\S+).*", "$2");
        // What the server says of itself, by which a person compares.
        assertThat(server.run("for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done")
                        .out())
                .contains(shown);
        assertThat(person.vfaas("up", "--prepare-only", "--dry-run", "--host-key", shown)
                        .exitCode())
                .isZero();
    }

    @Test
    void aChangedHostKeyIsAHardStopUntilTheOldOneIsTakenOut() throws IOException, InterruptedException {
        DockerRegistry.runs(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                home.resolve("other").toString());
        String[] other = Files.readString(home.resolve("other.pub")).split(" ");
        person.known(server.address() + " " + other[0] + " " + other[1]);

        Tool.Outcome outcome = refused(
                4,
                () -> person.vfaas("up", "--prepare-only", "--host-key", server.fingerprint()),
                "HAS CHANGED",
                "known_hosts:1",
                server.fingerprint());

        String remedy = next(outcome).substring(next(outcome).indexOf("ssh-keygen"));
        assertThat(new ProcessBuilder("sh", "-c", remedy).start().waitFor()).isZero();
        assertThat(person.vfaas("up", "--prepare-only", "--dry-run", "--host-key", server.fingerprint())
                        .exitCode())
                .isZero();
    }

    @Test
    void aKeyTheServerDoesNotTakeIsNamedAndTheNextCommandGivesItToTheServer() throws IOException {
        Path key = home.resolve("mine");
        DockerRegistry.runs("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        List<String> words =
                List.of("up", "root@" + server.address(), "--prepare-only", "--dry-run", "--identity", key.toString());
        refused(4, () -> person.words("", words), "cannot log in to root@" + server.address(), "mine", "ssh-copy-id");
        server.run("echo '" + Files.readString(key.resolveSibling("mine.pub")).strip() + "' >>.ssh/authorized_keys")
                .orFail("what ssh-copy-id does");
        assertThat(person.words("", words).exitCode()).isZero();
    }

    @Test
    void withoutSudoOrWithAWrongPasswordNothingBegins() {
        refused(4, () -> person.vfaasAs("guest", "up", "--prepare-only"), "guest");
        refused(
                4,
                () -> person.words(
                        "wrong\n",
                        List.of(
                                "up",
                                "pat@" + server.address(),
                                "--prepare-only",
                                "--identity",
                                server.key().toString(),
                                "--sudo-password-stdin")),
                "the sudo password of pat",
                "is wrong",
                "--ask-sudo");
    }

    @Test
    void aSystemThatIsNotSupportedIsNotTouched() {
        server.run(
                        "cp -P /etc/os-release /root/kept; rm /etc/os-release; printf 'ID=alpine\\nVERSION_ID=3.20\\nPRETTY_NAME=\"Alpine 3.20\"\\n' >/etc/os-release")
                .orFail("os-release");
        try {
            refused(
                    3,
                    () -> person.vfaas("up", "--prepare-only"),
                    "F-OS",
                    "Alpine 3.20",
                    "Ubuntu",
                    "nothing was changed");
        } finally {
            server.run("rm /etc/os-release; mv /root/kept /etc/os-release").orFail("os-release");
        }
    }

    @Test
    void tooLittleMemoryIsToldWithWhatIsNeeded() {
        server.run(
                        "sed 's/^MemTotal:.*/MemTotal: 900000 kB/' /proc/meminfo >/root/meminfo && mount --bind /root/meminfo /proc/meminfo")
                .orFail("meminfo");
        try {
            refused(3, () -> person.vfaas("up", CLUSTER), "F-MEMORY", "878 MiB", "2.0 GiB");
        } finally {
            server.run("umount /proc/meminfo; rm /root/meminfo").orFail("meminfo");
        }
    }

    @Test
    void aTakenPortIsToldWithWhoHoldsIt() {
        server.run(
                        "systemd-run -q --unit=taken python3 -m http.server 6443 && until ss -Hlnt | grep -q :6443; do sleep 0.1; done")
                .orFail("listener");
        try {
            refused(3, () -> person.vfaas("up", CLUSTER), "F-PORTS", "6443/tcp is taken by python3");
        } finally {
            server.run("systemctl stop taken; systemctl reset-failed taken 2>/dev/null; true")
                    .orFail("listener");
        }
    }

    @Test
    void aSmallDiskIsFoundBeforehandAndAFullOneMidwayLeavesNoLock() {
        try (TestServer small = testbed.server("small", "400M")) {
            small.run("head -c 250M /dev/zero >/root/filler").orFail("fill");
            Person other = new Person(home, small);
            Tool.Outcome early = other.vfaas("up", "--prepare-only");
            assertThat(early.exitCode()).as(early.err()).isEqualTo(3);
            assertThat(early.err()).contains("F-DISK", "free at least 256 MiB");
            assertThat(small.run("ls /var/lib/vfaas").exitCode()).isNotZero();
            person.known(server.knownHost());
        }
        // A folder in which not a byte more can be written, while there is room elsewhere.
        String before = Surroundings.of(server);
        server.run(
                        "mount -t tmpfs -o size=4k,nr_inodes=3 full /etc/sysctl.d && { cat /dev/zero >/etc/sysctl.d/filler; true; } 2>/dev/null")
                .orFail("fill");
        Tool.Outcome midway = person.vfaas("up", "--prepare-only");
        String locked =
                server.run("ls -d /var/lib/vfaas/lock; umount /etc/sysctl.d").out();
        assertThat(midway.exitCode()).as(midway.err()).isEqualTo(7);
        assertThat(midway.err()).contains("No space left on device", "/etc/sysctl.d");
        assertThat(locked).isEmpty();

        assertThat(person.vfaas("up", "--prepare-only").exitCode()).isZero();
        assertThat(person.vfaas("up", "--prepare-only").out()).contains("nothing to do");
        assertThat(person.vfaas("down", "--yes").exitCode()).isZero();
        assertThat(Surroundings.of(server)).isEqualTo(before);
    }

    @Test
    void aFullDiskWhereVfaasKeepsItsOwnFilesIsToldAndDoesNotStayLocked() {
        String before = Surroundings.of(server);
        server.run(
                        "mkdir -p -m 700 /var/lib/vfaas && mount -t tmpfs -o size=8k full /var/lib/vfaas && { cat /dev/zero >/var/lib/vfaas/filler; true; } 2>/dev/null")
                .orFail("fill");
        Tool.Outcome full = person.vfaas("up", "--prepare-only");
        String locked = server.run("ls -d /var/lib/vfaas/lock; umount /var/lib/vfaas; rmdir /var/lib/vfaas")
                .out();
        assertThat(full.exitCode()).as(full.err()).isEqualTo(7);
        assertThat(full.err()).contains("No space left on device", "try: ");
        assertThat(locked).isEmpty();
        assertThat(Surroundings.of(server)).isEqualTo(before);
    }

    @Test
    void aWrongChecksumInstallsNothingAndDownTakesTheRestAway() throws IOException {
        Path release = Files.createDirectories(home.resolve("release"));
        Files.writeString(release.resolve("k3s"), "not what the list says");
        Files.writeString(release.resolve("install.sh"), "exit 1\n");
        Files.writeString(release.resolve("sha256sum-amd64.txt"), "0".repeat(64) + "  k3s\n");
        String before = Surroundings.of(server);
        Tool.Outcome outcome =
                person.vfaas("up", "--stack", "none", "--k3s", "v1.20.2+k3s1", "--airgap", release.toString());
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(7);
        assertThat(outcome.err()).contains("checksum", "0".repeat(64), "nothing was installed", "try: ");
        assertThat(server.run("ls /usr/local/bin").out()).isEmpty();
        assertThat(person.vfaas("down", "--yes").exitCode()).isZero();
        assertThat(Surroundings.of(server)).isEqualTo(before);
    }

    @Test
    void aHostThatIsNotThereOrIsNoSshServerIsToldApart() throws IOException {
        String nobody = server.address().replaceAll("\\d+$", "254");
        refused(6, () -> person.words("", List.of("up", "root@" + nobody, "--prepare-only")), nobody);
        refused(
                6,
                () -> person.words("", List.of("up", "root@" + server.address() + ":2", "--prepare-only")),
                "refused",
                "systemctl status ssh");
        server.run(
                        "systemd-run -q --unit=web python3 -m http.server 2222 && until ss -Hlnt | grep -q :2222; do sleep 0.1; done")
                .orFail("listener");
        refused(
                6,
                () -> person.words("", List.of("up", "root@" + server.address() + ":2222", "--prepare-only")),
                server.address() + " port 2222");
        server.run("systemctl stop web").orFail("listener");
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            refused(
                    6,
                    () -> person.words("", List.of("up", "root@127.0.0.1:" + silent.getLocalPort(), "--prepare-only")),
                    "no answer within 15 s");
        }
    }

    @Test
    void someoneElsesLockIsRespectedAndADeadOneTakenOver() {
        String before = Surroundings.of(server);
        server.run("umask 077; mkdir -p /var/lib/vfaas/lock && touch /var/lib/vfaas/.guard && printf 'other\\n"
                        + "{\"who\":\"bob@desk\",\"machine\":\"desk:1\",\"pid\":1,\"started\":\"\",\"since\":\"2026-01-01T00:00:00Z\",\"action\":\"up\"}\\n'"
                        + " >/var/lib/vfaas/lock/holder && touch /var/lib/vfaas/lock/heartbeat")
                .orFail("lock");
        refused(5, () -> person.vfaas("up", "--prepare-only"), "bob@desk", "vfaas up", "--lock-wait");
        refused(5, () -> person.vfaas("up", "--prepare-only", "--lock-wait", "2s"), "waiting for the lock of bob@desk");
        refused(5, () -> person.vfaas("down", "--yes"), "bob@desk");

        server.run("touch -d '2 minutes ago' /var/lib/vfaas/lock/heartbeat").orFail("heartbeat");
        Tool.Outcome taken = person.vfaas("up", "--prepare-only");
        assertThat(taken.exitCode()).as(taken.err()).isZero();
        assertThat(taken.err()).contains("took over the lock", "bob@desk");
        assertThat(server.run("cat /var/lib/vfaas/audit.jsonl").out()).contains("lock-stolen", "bob@desk");
        assertThat(person.vfaas("down", "--yes").exitCode()).isZero();
        assertThat(Surroundings.of(server)).isEqualTo(before);
    }

    @Test
    void downAsksBeforeItRemovesAnything() {
        assertThat(person.vfaas("up", "--prepare-only").exitCode()).isZero();
        refused(2, () -> person.vfaas("down"), "--yes");
        assertThat(person.vfaas("down", "--yes").exitCode()).isZero();
    }
}
