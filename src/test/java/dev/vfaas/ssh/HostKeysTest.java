package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Host keys of a real sshd against known_hosts files that ssh-keygen understands. */
class HostKeysTest {
    @TempDir
    Path folder;

    private Sshd sshd;
    private Laptop laptop;
    private String known;

    @BeforeEach
    void start() {
        sshd = Sshd.start(folder.resolve("sshd"), "");
        laptop = new Laptop(folder.resolve("home"));
        sshd.authorize(Sshd.key(laptop.ssh("id_ed25519"), "ed25519", ""));
        known = "[127.0.0.1]:" + sshd.port();
    }

    @AfterEach
    void stop() {
        sshd.close();
    }

    private void connects(ConnectOptions options) {
        try (Server server = laptop.connect(sshd, options)) {
            assertThat(server.run(Command.of("true"), Duration.ofMinutes(1)).ok())
                    .isTrue();
        }
    }

    private Failure refused(ConnectOptions options) {
        try (Server server = laptop.connect(sshd, options)) {
            throw new AssertionError("connected to " + server.name());
        } catch (Failure failure) {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.AUTHENTICATION);
            return failure;
        }
    }

    @Test
    void asksForAnUnknownKeyAndRemembersIt() throws Exception {
        laptop.answering("yes");
        connects(ConnectOptions.standard());
        assertThat(laptop.questions()).hasSize(1);
        assertThat(laptop.questions().getFirst())
                .contains("ED25519 key is " + sshd.hostKey("ed25519").fingerprint());
        assertThat(Sshd.run(
                        "ssh-keygen",
                        "-F",
                        known,
                        "-f",
                        laptop.ssh("known_hosts").toString()))
                .contains(sshd.hostKey("ed25519").line());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(laptop.ssh("known_hosts"))))
                .isEqualTo("rw-------");
        connects(ConnectOptions.standard());
        assertThat(laptop.questions()).hasSize(1);
    }

    @Test
    void theFingerprintIsAnAnswerToo() {
        laptop.answering(sshd.hostKey("ed25519").fingerprint());
        connects(ConnectOptions.standard());
    }

    @Test
    void anyOtherAnswerIsNo() {
        laptop.answering("SHA256:" + "A".repeat(43));
        assertThat(refused(ConnectOptions.standard()).text()).contains("was not accepted");
        assertThat(laptop.ssh("known_hosts")).doesNotExist();
    }

    @Test
    void withoutAPersonItNamesTheOption() {
        Failure failure = refused(ConnectOptions.standard());
        assertThat(failure.text()).contains("is not known");
        assertThat(failure.next())
                .contains("--host-key " + sshd.hostKey("ed25519").fingerprint());
        assertThat(laptop.ssh("known_hosts")).doesNotExist();
    }

    @Test
    void hostKeyOptionAcceptsAnyOfTheHostsKeysAndNothingElse() {
        for (String type : new String[] {"rsa", "ecdsa", "ed25519"}) {
            Laptop other = new Laptop(folder.resolve("home-" + type));
            other.config("IdentityFile " + laptop.ssh("id_ed25519") + "\n");
            try (Server server = other.connect(
                    sshd,
                    ConnectOptions.standard().withHostKey(sshd.hostKey(type).fingerprint()))) {
                assertThat(server.run(Command.of("true"), Duration.ofMinutes(1)).ok())
                        .isTrue();
            }
            assertThat(other.ssh("known_hosts"))
                    .content()
                    .contains(sshd.hostKey(type).line());
        }
        String wrong = "SHA256:" + "A".repeat(43);
        assertThat(refused(ConnectOptions.standard().withHostKey(wrong)).text())
                .contains("not " + wrong)
                .contains(sshd.hostKey("ed25519").fingerprint());
        assertThat(laptop.ssh("known_hosts")).doesNotExist();
    }

    @Test
    void findsHashedEntries() {
        laptop.knows(sshd);
        Sshd.run("ssh-keygen", "-q", "-H", "-f", laptop.ssh("known_hosts").toString());
        assertThat(laptop.ssh("known_hosts")).content().startsWith("|1|").doesNotContain("127.0.0.1");
        connects(ConnectOptions.standard());
    }

    @Test
    void writesHashedEntriesWhenConfiguredSo() {
        laptop.config("HashKnownHosts yes\n").answering("yes");
        connects(ConnectOptions.standard());
        assertThat(laptop.ssh("known_hosts")).content().startsWith("|1|");
        assertThat(Sshd.run(
                        "ssh-keygen",
                        "-F",
                        known,
                        "-f",
                        laptop.ssh("known_hosts").toString()))
                .contains("found");
    }

    @Test
    void aChangedKeyStopsEverything() throws Exception {
        Path other = Sshd.key(folder.resolve("other"), "ed25519", "");
        laptop.knows("# a comment\nsomewhere", KeyFile.besideOf(other)).knows(known, KeyFile.besideOf(other));
        laptop.answering("yes", "yes");
        Failure failure = refused(ConnectOptions.standard());
        assertThat(failure.text())
                .contains("HAS CHANGED")
                .contains(laptop.ssh("known_hosts") + ":3")
                .contains(sshd.hostKey("ed25519").fingerprint())
                .contains(KeyFile.besideOf(other).fingerprint());
        assertThat(laptop.questions()).isEmpty();
        // --host-key does not talk it over either.
        refused(ConnectOptions.standard().withHostKey(sshd.hostKey("ed25519").fingerprint()));
        // The command it names mends it.
        Sshd.run("sh", "-c", failure.next().substring(failure.next().indexOf("ssh-keygen")));
        connects(ConnectOptions.standard());
    }

    @Test
    void theRecordedTypeIsAskedFor() {
        for (String type : new String[] {"rsa", "ecdsa"}) {
            Laptop other = new Laptop(folder.resolve("home-" + type)).knows(known, sshd.hostKey(type));
            other.config("IdentityFile " + laptop.ssh("id_ed25519") + "\n");
            other.connect(sshd).close();
        }
    }

    @Test
    void aRevokedKeyIsRefused() {
        laptop.knows(known, sshd.hostKey("ed25519")).knows("@revoked *", sshd.hostKey("ed25519"));
        assertThat(refused(ConnectOptions.standard()).text())
                .contains("revoked")
                .contains(laptop.ssh("known_hosts") + ":2");
    }

    @Test
    void aCertificateAuthorityIsNotTakenForAKey() {
        laptop.knows("@cert-authority *", sshd.hostKey("ed25519"));
        assertThat(refused(ConnectOptions.standard()).text())
                .contains("is not known")
                .contains("host certificates are not checked");
    }

    @Test
    void appendsAfterAFileWithoutALastLineEnd() throws Exception {
        Files.writeString(
                laptop.ssh("known_hosts"), "example.org " + sshd.hostKey("rsa").line());
        laptop.answering("yes");
        connects(ConnectOptions.standard());
        assertThat(Files.readAllLines(laptop.ssh("known_hosts"))).hasSize(2);
    }

    @Test
    void noOpenPortIsNoQuestion() {
        sshd.stop();
        assertThatThrownBy(() -> laptop.connect(sshd)).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(failure.text()).contains("127.0.0.1 port " + sshd.port()).contains("refused");
        });
    }
}
