package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that no real sshd can be made to be. */
class SilentPeersTest {
    private static final ConnectOptions SHORT = ConnectOptions.standard().withConnectTimeout(Duration.ofSeconds(2));

    @TempDir
    Path folder;

    private Laptop laptop;

    @BeforeEach
    void laptop() {
        laptop = new Laptop(folder.resolve("home"));
        Sshd.key(laptop.ssh("id_ed25519"), "ed25519", "");
    }

    private void timesOut(int port, String text) {
        assertThatThrownBy(() -> laptop.servers().connect("root@127.0.0.1:" + port, SHORT))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
                    assertThat(failure.text())
                            .contains("127.0.0.1 port " + port)
                            .contains(text);
                });
    }

    @Test
    void aPortThatNeverAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            timesOut(silent.getLocalPort(), "no answer within 2 s");
        }
    }

    @Test
    void anSshServerThatStopsAfterItsBanner() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try {
                    Socket socket = listener.accept();
                    socket.getOutputStream().write("SSH-2.0-mute\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } catch (java.io.IOException closed) {
                    // The test is over.
                }
            });
            timesOut(listener.getLocalPort(), "no answer within 2 s");
        }
    }

    @Test
    void somethingThatIsNotSsh() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = listener.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (java.io.IOException closed) {
                    // The test is over.
                }
            });
            timesOut(listener.getLocalPort(), "not an SSH server");
        }
    }

    /** A server that lets everybody in and whose commands are those of {@code commands}. */
    private SshServer mina(org.apache.sshd.server.command.CommandFactory commands) throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPair key = rsa.generateKeyPair();
        SshServer mina = SshServer.setUpDefaultServer();
        mina.setHost("127.0.0.1");
        mina.setPort(0);
        mina.setKeyPairProvider(KeyPairProvider.wrap(key));
        mina.setPublickeyAuthenticator((user, given, session) -> true);
        mina.setCommandFactory(commands);
        mina.start();
        laptop.knows("[127.0.0.1]:" + mina.getPort(), PublicKeyBlob.of(key.getPublic()));
        assertThat(KeyUtils.getFingerPrint(key.getPublic()))
                .isEqualTo(PublicKeyBlob.of(key.getPublic()).fingerprint());
        return mina;
    }

    @Test
    void aServerThatNeverRunsTheCommand() throws Exception {
        try (SshServer mina = mina((ChannelSession channel, String command) -> new MuteCommand());
                Server server = laptop.servers().connect("root@127.0.0.1:" + mina.getPort(), SHORT)) {
            assertThatThrownBy(() -> server.run(Command.of("true"), Duration.ofSeconds(1)))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT));
        }
    }

    @Test
    void aWireThatGoesDead() throws Exception {
        try (Sshd sshd = Sshd.start(folder.resolve("sshd"), "");
                Wire wire = Wire.to(sshd.port())) {
            sshd.authorize(laptop.ssh("id_ed25519"));
            laptop.knows("[127.0.0.1]:" + wire.port(), sshd.hostKey("ed25519"));
            try (Server server = laptop.servers().connect(Laptop.user() + "@127.0.0.1:" + wire.port(), SHORT)) {
                assertThat(server.run(Command.of("echo", "1"), Duration.ofMinutes(1))
                                .out())
                        .isEqualTo("1\n");
                wire.goDead();
                // Keep-alives find out, long before the command's own deadline.
                assertThatThrownBy(() -> server.run(Command.of("sleep", "300"), Duration.ofMinutes(5)))
                        .isInstanceOfSatisfying(
                                Failure.class,
                                failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT));
                wire.comeBack();
                assertThat(server.run(Command.of("echo", "2"), Duration.ofMinutes(1))
                                .out())
                        .isEqualTo("2\n");
            }
        }
    }

    @Test
    void anUploadOverAWireThatGoesDeadAndComesBack() throws Exception {
        byte[] content = new byte[8_000_000];
        Path destination = folder.resolve("uploaded");
        try (Sshd sshd = Sshd.start(folder.resolve("sshd"), "");
                Wire wire = Wire.to(sshd.port())) {
            sshd.authorize(laptop.ssh("id_ed25519"));
            laptop.knows("[127.0.0.1]:" + wire.port(), sshd.hostKey("ed25519"));
            java.util.concurrent.atomic.AtomicBoolean dead = new java.util.concurrent.atomic.AtomicBoolean();
            try (Server server = laptop.servers().connect(Laptop.user() + "@127.0.0.1:" + wire.port(), SHORT)) {
                server.upload(
                        new Upload(
                                () -> new java.io.ByteArrayInputStream(content),
                                content.length,
                                destination.toString(),
                                0600,
                                "root:root"),
                        sent -> {
                            if (sent > 2_000_000 && dead.compareAndSet(false, true)) {
                                wire.goDead();
                                Thread.ofVirtual().start(() -> {
                                    pause(5);
                                    wire.comeBack();
                                });
                            }
                        },
                        Duration.ofMinutes(2));
            }
        }
        assertThat(destination).hasSize(content.length);
    }

    private static void pause(int seconds) {
        try {
            Thread.sleep(Duration.ofSeconds(seconds));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
