package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and files over a real sshd. */
class SshServerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Sshd sshd;
    private Laptop laptop;

    @BeforeEach
    void start() {
        sshd = Sshd.start(folder.resolve("sshd"), "");
        laptop = new Laptop(folder.resolve("home")).knows(sshd);
        sshd.authorize(Sshd.key(laptop.ssh("id_ed25519"), "ed25519", ""));
    }

    @AfterEach
    void stop() {
        sshd.close();
    }

    @Test
    void runsACommand() {
        try (Server server = laptop.connect(sshd)) {
            Completed completed =
                    server.run(Command.script("echo \"$1\"; echo oops >&2; exit 3", "it's $HOME"), MINUTE);
            assertThat(completed.exitCode()).isEqualTo(3);
            assertThat(completed.out()).isEqualTo("it's $HOME\n");
            assertThat(completed.err()).isEqualTo("oops\n");
        }
    }

    @Test
    void manyChannelsShareOneConnection() throws Exception {
        try (Server server = laptop.connect(sshd);
                var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var results = java.util.stream.IntStream.range(0, 30)
                    .mapToObj(i -> threads.submit(() ->
                            server.run(Command.of("echo", "n" + i), MINUTE).out()))
                    .toList();
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get()).isEqualTo("n" + i + "\n");
            }
            assertThat(sshd.log().lines().filter(line -> line.contains("Accepted publickey")))
                    .hasSize(1);
        }
    }

    @Test
    void inputReachesTheCommand() {
        try (Server server = laptop.connect(sshd)) {
            assertThat(server.runAsRoot(Command.of("cat"), Secret.of("s3cret\n"), MINUTE)
                            .out())
                    .isEqualTo("s3cret\n");
        }
    }

    @Test
    void tenMegabytesOnBothStreamsArriveWhole() {
        try (Server server = laptop.connect(sshd)) {
            Completed completed = server.run(
                    Command.script("head -c 10485760 /dev/zero >&2 & head -c 10485760 /dev/zero | tr '\\0' x; wait"),
                    MINUTE);
            assertThat(completed.stdout()).hasSize(10485760).containsOnly('x');
            assertThat(completed.stderr()).hasSize(10485760).containsOnly(0);
        }
    }

    @Test
    void uploadsWithModeInOneMove() throws Exception {
        Path destination = folder.resolve("etc").resolve("file name");
        Files.createDirectories(destination.getParent());
        Files.writeString(destination, "old");
        byte[] content = new byte[3_000_001];
        new java.util.Random(1).nextBytes(content);
        Path source = Files.write(folder.resolve("source"), content);
        java.util.concurrent.atomic.AtomicLong seen = new java.util.concurrent.atomic.AtomicLong();
        try (Server server = laptop.connect(sshd)) {
            server.upload(Upload.file(source, destination.toString(), 0750), seen::set, MINUTE);
        }
        assertThat(destination).hasBinaryContent(content);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(destination)))
                .isEqualTo("rwxr-x---");
        assertThat(seen.get()).isEqualTo(content.length);
        assertThat(destination.getParent()).isDirectoryContaining(path -> path.equals(destination));
        try (var files = Files.list(destination.getParent())) {
            assertThat(files).containsExactly(destination);
        }
    }
}
