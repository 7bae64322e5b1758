package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logging in to a real sshd with keys of a real ssh-keygen and a real ssh-agent. */
class AuthenticationTest {
    private static final String PASSPHRASE = "correct horse";

    @TempDir
    Path folder;

    private Sshd sshd;
    private Laptop laptop;

    @BeforeEach
    void start() {
        sshd = Sshd.start(folder.resolve("sshd"), "");
        laptop = new Laptop(folder.resolve("home")).knows(sshd);
    }

    @AfterEach
    void stop() {
        sshd.close();
    }

    private void connects() {
        try (Server server = laptop.connect(sshd)) {
            assertThat(server.run(Command.of("true"), Duration.ofMinutes(1)).ok())
                    .isTrue();
        }
    }

    private Failure refused() {
        try (Server server = laptop.connect(sshd)) {
            throw new AssertionError("connected to " + server.name());
        } catch (Failure failure) {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.AUTHENTICATION);
            return failure;
        }
    }

    private String accepted() throws Exception {
        return sshd.log()
                .lines()
                .filter(line -> line.contains("Accepted publickey"))
                .reduce((first, last) -> last)
                .orElse("nothing");
    }

    @ParameterizedTest
    @CsvSource({
        "ed25519, OpenSSH, ''",
        "ecdsa, OpenSSH, ''",
        "rsa, OpenSSH, ''",
        "ecdsa, PEM, ''",
        "rsa, PEM, ''",
        "rsa, PKCS8, ''",
        "ecdsa, PKCS8, ''",
        "ed25519, OpenSSH, correct horse",
        "ecdsa, OpenSSH, correct horse",
        "rsa, OpenSSH, correct horse",
        "rsa, PEM, correct horse",
        "rsa, PKCS8, correct horse",
    })
    void logsInWithKeysOfEveryKind(String type, String format, String passphrase) throws Exception {
        String[] more = format.equals("OpenSSH") ? new String[0] : new String[] {"-m", format};
        Path key = Sshd.key(laptop.ssh("id_" + type), type, passphrase, more);
        sshd.authorize(key);
        Files.delete(Path.of(key + ".pub"));
        if (!passphrase.isEmpty()) {
            laptop.answering("wrong", passphrase);
        }
        connects();
        assertThat(laptop.questions()).hasSize(passphrase.isEmpty() ? 0 : 2);
        assertThat(laptop.questions()).allMatch(question -> question.endsWith("Passphrase for " + key));
        assertThat(accepted()).contains(type.toUpperCase(java.util.Locale.ROOT));
    }

    @Test
    void thePassphraseIsAskedForOnlyWhenTheServerWantsTheKey() {
        Sshd.key(laptop.ssh("id_ecdsa"), "ecdsa", PASSPHRASE);
        sshd.authorize(Sshd.key(laptop.ssh("id_rsa"), "rsa", ""));
        laptop.answering();
        connects();
        assertThat(laptop.questions()).isEmpty();
    }

    @Test
    void thePassphraseIsAskedForOnceInARun() {
        sshd.authorize(Sshd.key(laptop.ssh("id_ed25519"), "ed25519", PASSPHRASE));
        laptop.answering(PASSPHRASE);
        try (Server server = laptop.connect(sshd)) {
            sshd.dropConnections();
            assertThat(server.run(Command.of("true"), Duration.ofMinutes(1)).ok())
                    .isTrue();
        }
        assertThat(laptop.questions()).hasSize(1);
    }

    @Test
    void withoutAPersonAnEncryptedKeySaysSo() {
        Path key = Sshd.key(laptop.ssh("id_ed25519"), "ed25519", PASSPHRASE);
        sshd.authorize(key);
        assertThat(refused().text())
                .contains(key + " ED25519 " + KeyFile.besideOf(key).fingerprint())
                .contains("needs a passphrase")
                .contains("ssh-add " + key);
    }

    @Test
    void tellsEverythingThatWasTried() {
        Path ed = Sshd.key(laptop.ssh("id_ed25519"), "ed25519", "");
        Path rsa = Sshd.key(laptop.ssh("other"), "rsa", "");
        laptop.config("IdentityFile ~/.ssh/id_ed25519\nIdentityFile ~/.ssh/other\nIdentityFile ~/.ssh/missing\n");
        Failure failure = refused();
        assertThat(failure.text())
                .contains("cannot log in to " + Laptop.user() + "@127.0.0.1:" + sshd.port())
                .contains("agent: there is none (SSH_AUTH_SOCK is not set)")
                .contains(ed + " ED25519 " + KeyFile.besideOf(ed).fingerprint() + ": not accepted by the server")
                .contains(rsa + " RSA " + KeyFile.besideOf(rsa).fingerprint() + ": not accepted by the server")
                .contains(laptop.ssh("missing") + ": no such file");
        assertThat(failure.next()).contains("ssh-copy-id");
    }

    @Test
    void tooManyKeysAreNamedAsTheReason() {
        for (int i = 0; i < 8; i++) {
            Sshd.key(laptop.ssh("k" + i), "ed25519", "");
            laptop.config("IdentityFile ~/.ssh/k" + i + "\n");
        }
        Failure failure = refused();
        assertThat(failure.text()).contains("Too many authentication failures");
        assertThat(failure.next()).contains("--identity");
    }

    @Test
    void noKeyAtAll() {
        assertThat(refused().text()).contains("there is no key to try").contains("agent: there is none");
    }

    @Test
    void aServerWithoutKeysSaysWhatItTakes() {
        sshd.close();
        sshd = Sshd.start(
                folder.resolve("passwords"),
                "PubkeyAuthentication no\nKbdInteractiveAuthentication yes\nPasswordAuthentication yes");
        laptop.knows(sshd);
        Sshd.key(laptop.ssh("id_ed25519"), "ed25519", "");
        assertThat(refused().text()).contains("the server takes").contains("and no keys");
    }

    @ParameterizedTest
    @CsvSource({"ed25519", "ecdsa", "rsa"})
    void theAgentSigns(String type) throws Exception {
        Path key = Sshd.key(folder.resolve("held"), type, "");
        sshd.authorize(key);
        try (SshAgent agent = SshAgent.start(folder)) {
            agent.add(key);
            laptop.with("SSH_AUTH_SOCK", agent.socket().toString());
            connects();
        }
        assertThat(accepted()).contains(KeyFile.besideOf(key).fingerprint());
        // rsa-sha2: the server is told to take nothing with SHA-1, which it is by default; here it must not even be
        // offered.
        assertThat(sshd.log()).doesNotContain("ssh-rsa not in PubkeyAcceptedAlgorithms");
    }

    @Test
    void identityAgentOfTheConfigurationIsUsed() throws Exception {
        Path key = Sshd.key(folder.resolve("held"), "ed25519", "");
        sshd.authorize(key);
        try (SshAgent agent = SshAgent.start(folder)) {
            agent.add(key);
            laptop.config("IdentityAgent " + agent.socket() + "\n");
            connects();
        }
    }

    @Test
    void identitiesOnlyLeavesTheAgentsOtherKeysOut() throws Exception {
        Path held = Sshd.key(folder.resolve("held"), "ed25519", "");
        sshd.authorize(held);
        try (SshAgent agent = SshAgent.start(folder)) {
            agent.add(held);
            laptop.with("SSH_AUTH_SOCK", agent.socket().toString()).config("IdentitiesOnly yes\n");
            assertThat(refused().text()).doesNotContain(KeyFile.besideOf(held).fingerprint());
            // Named by its public half alone, it is used from the agent.
            Files.copy(Path.of(held + ".pub"), laptop.ssh("named.pub"));
            laptop.config("IdentityFile ~/.ssh/named\n");
            connects();
        }
    }

    @Test
    void anAgentThatIsGoneDoesNotHideTheFiles() {
        sshd.authorize(Sshd.key(laptop.ssh("id_ed25519"), "ed25519", ""));
        laptop.with("SSH_AUTH_SOCK", folder.resolve("no-agent").toString());
        connects();
    }

    @Test
    void aKeyNamedOnTheCommandLineComesFirst() throws Exception {
        Path usual = Sshd.key(laptop.ssh("id_ed25519"), "ed25519", "");
        Path named = Sshd.key(folder.resolve("named"), "ed25519", "");
        sshd.authorize(usual).authorize(named);
        laptop.connect(sshd, ConnectOptions.standard().withIdentity(named)).close();
        assertThat(accepted()).contains(KeyFile.besideOf(named).fingerprint());
    }

    @Test
    void aFileThatIsNoKeyIsToldApart() throws Exception {
        Files.writeString(laptop.ssh("id_rsa"), "not a key\n");
        assertThatThrownBy(() -> laptop.connect(sshd))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.text())
                                .contains(laptop.ssh("id_rsa").toString()));
    }
}
