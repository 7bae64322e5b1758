package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Becoming root with a real sudo, as a user who has to. */
class SudoTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String WITH_PASSWORD = "deploy ALL=(ALL) ALL";
    private static final String WITHOUT_PASSWORD = "deploy ALL=(ALL) NOPASSWD: ALL";

    @TempDir
    Path folder;

    private Sshd sshd;
    private Laptop laptop;

    @BeforeEach
    void laptop() {
        laptop = new Laptop(folder.resolve("home"));
        Sshd.key(laptop.ssh("id_ed25519"), "ed25519", "");
    }

    @AfterEach
    void stop() {
        if (sshd != null) {
            sshd.close();
        }
    }

    private Server connect(String sudoers, ConnectOptions options) throws Exception {
        sshd = Deploy.sshd(folder.resolve("sshd"), sudoers);
        sshd.authorize(laptop.ssh("id_ed25519"));
        laptop.knows(sshd);
        return laptop.servers().connect("deploy@127.0.0.1:" + sshd.port(), options);
    }

    private static ConnectOptions password(String password) {
        return ConnectOptions.standard().withSudoPassword(Secret.of(password));
    }

    private static void isRootsDoing(Server server) {
        assertThat(server.run(Command.of("id", "-un"), MINUTE).out()).isEqualTo("deploy\n");
        assertThat(server.runAsRoot(Command.of("id", "-u").and(Command.of("echo", "it's")), MINUTE)
                        .out())
                .isEqualTo("0\nit's\n");
        assertThat(server.runAsRoot(Command.of("cat"), Secret.of("one\ntwo\n"), MINUTE)
                        .out())
                .isEqualTo("one\ntwo\n");
        assertThat(server.runAsRoot(Command.of("cat"), MINUTE).out()).isEmpty();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(server.stream(Command.script("id -u; echo warn >&2; exit 4"), out, MINUTE)
                        .exitCode())
                .isEqualTo(4);
        assertThat(out).hasToString("0\n");
    }

    @Test
    void sudoWithoutPassword() throws Exception {
        try (Server server = connect(WITHOUT_PASSWORD, ConnectOptions.standard())) {
            isRootsDoing(server);
        }
    }

    @Test
    void sudoWithPasswordOnStandardInput() throws Exception {
        try (Server server = connect(WITH_PASSWORD, password(Deploy.PASSWORD))) {
            isRootsDoing(server);
            // The password is in no process's arguments and no log.
            assertThat(server.runAsRoot(Command.script("cat /proc/[0-9]*/cmdline | tr '\\0' ' '"), MINUTE)
                            .out())
                    .contains("sudo -k -S")
                    .doesNotContain(Deploy.PASSWORD);
            assertThat(sshd.log()).doesNotContain(Deploy.PASSWORD);
            assertThat(server.toString()).doesNotContain(Deploy.PASSWORD);
        }
    }

    @Test
    void sudoThatRemembersDoesNotLeakThePasswordIntoTheInput() throws Exception {
        try (Server server = connect("Defaults timestamp_type=global\n" + WITH_PASSWORD, password(Deploy.PASSWORD))) {
            isRootsDoing(server);
        }
    }

    @Test
    void asksThePerson() throws Exception {
        laptop.answering(Deploy.PASSWORD);
        try (Server server = connect(WITH_PASSWORD, ConnectOptions.standard())) {
            isRootsDoing(server);
        }
        assertThat(laptop.questions()).containsExactly("Password of deploy on 127.0.0.1 for sudo");
    }

    @Test
    void withoutAPersonItSaysWhatToGive() throws Exception {
        try (Server server = connect(WITH_PASSWORD, ConnectOptions.standard())) {
            refused(server, "wants a password", "--ask-sudo");
        }
    }

    @Test
    void aWrongPassword() throws Exception {
        try (Server server = connect(WITH_PASSWORD, password("open"))) {
            refused(server, "the sudo password of deploy on 127.0.0.1 is wrong", "--ask-sudo");
        }
    }

    @Test
    void notInSudoers() throws Exception {
        try (Server server = connect("", password(Deploy.PASSWORD))) {
            refused(server, "may not use sudo", "usermod");
        }
    }

    @Test
    void noSudo() throws Exception {
        try (Server server = connect(null, password(Deploy.PASSWORD))) {
            refused(server, "has no sudo", "root@127.0.0.1");
        }
    }

    private static void refused(Server server, String text, String next) {
        assertThatThrownBy(() -> server.runAsRoot(Command.of("true"), MINUTE))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.AUTHENTICATION);
                    assertThat(failure.text()).contains(text);
                    assertThat(failure.next()).contains(next);
                });
    }

    @Test
    void uploadsThroughAPrivateFolder() throws Exception {
        Path roots = Files.createDirectories(folder.resolve("roots"));
        Files.setPosixFilePermissions(roots, PosixFilePermissions.fromString("rwx------"));
        Path secret = roots.resolve("token");
        try (Server server = connect(WITH_PASSWORD, password(Deploy.PASSWORD))) {
            server.upload(Upload.secret(secret.toString(), "s3cret".getBytes()), null, MINUTE);
            server.upload(
                    new Upload(
                            () -> new java.io.ByteArrayInputStream(new byte[0]),
                            0,
                            roots + "/empty",
                            0644,
                            "deploy:deploy"),
                    null,
                    MINUTE);
            assertThat(secret).hasContent("s3cret");
            assertThat(Files.getAttribute(secret, "unix:uid")).isEqualTo(0);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
            assertThat(Files.getAttribute(roots.resolve("empty"), "unix:uid")).isEqualTo(4242);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(roots.resolve("empty"))))
                    .isEqualTo("rw-r--r--");
            assertThatThrownBy(() -> server.upload(Upload.text(roots + "/no/such", "x", 0644), null, MINUTE))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining(roots + "/no/such");
        }
        try (var files = Files.list(roots)) {
            assertThat(files).containsExactlyInAnyOrder(secret, roots.resolve("empty"));
        }
        try (var files = Files.list(Path.of("/var/tmp"))) {
            assertThat(files.filter(path -> path.getFileName().toString().startsWith(".vfaas-"))
                            .filter(path -> owner(path) == 4242))
                    .isEmpty();
        }
    }

    private static int owner(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:uid");
        } catch (java.io.IOException gone) {
            return -1;
        }
    }
}
