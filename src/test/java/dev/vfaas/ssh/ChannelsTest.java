package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jump hosts, forwards, deadlines and dropped connections over real sshds. */
class ChannelsTest {
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
    void ipv6() {
        laptop.knows("[::1]:" + sshd.port(), sshd.hostKey("ed25519"));
        try (Server server = laptop.servers().connect("[::1]:" + sshd.port(), ConnectOptions.standard())) {
            assertThat(server.run(Command.script("echo $SSH_CONNECTION"), MINUTE)
                            .out())
                    .startsWith("::1 ");
        }
    }

    @Test
    void throughJumpHostsEachWithItsOwnKeyAndHostKey() throws Exception {
        try (Sshd inner = Sshd.start(folder.resolve("inner"), "");
                Sshd middle = Sshd.start(folder.resolve("middle"), "")) {
            inner.authorize(Sshd.key(laptop.ssh("inner_key"), "ed25519", ""));
            middle.authorize(laptop.ssh("id_ed25519"));
            laptop.knows("inner.example", inner.hostKey("ed25519")).knows(middle);
            laptop.config("""
                    Host inner
                      HostName 127.0.0.1
                      Port %d
                      HostKeyAlias inner.example
                      IdentityFile ~/.ssh/inner_key
                      IdentitiesOnly yes
                      ProxyJump 127.0.0.1:%d,127.0.0.1:%d
                    """.formatted(inner.port(), sshd.port(), middle.port()));
            try (Server server = laptop.servers().connect("inner", ConnectOptions.standard())) {
                assertThat(server.run(Command.of("echo", "deep"), MINUTE).out()).isEqualTo("deep\n");
                assertThat(inner.log()).contains("Accepted publickey");
                assertThat(middle.log()).contains("Accepted publickey");
                assertThat(sshd.log()).contains("Accepted publickey");
                // A hop that breaks takes the whole way with it; the next call goes it again.
                sshd.dropConnections();
                assertThat(server.run(Command.of("echo", "again"), MINUTE).out())
                        .isEqualTo("again\n");
            }
        }
    }

    @Test
    void anUnknownJumpHostIsNotTrusted() {
        Laptop other = new Laptop(folder.resolve("other")).knows("inner.example", sshd.hostKey("ed25519"));
        other.config("Host inner\n  HostName 127.0.0.1\n  HostKeyAlias inner.example\n  ProxyJump 127.0.0.1:"
                + sshd.port() + "\n");
        assertThatThrownBy(() -> other.servers().connect("inner", ConnectOptions.standard()))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.AUTHENTICATION));
    }

    @Test
    void jumpsInACircle() {
        laptop.config("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n");
        assertThatThrownBy(() -> laptop.servers().connect("a", ConnectOptions.standard()))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.text()).contains("circle"));
    }

    @Test
    void aForwardCarriesHttp() throws Exception {
        byte[] body = new byte[2_000_000];
        new java.util.Random(2).nextBytes(body);
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        http.createContext("/", exchange -> {
            byte[] sent = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, sent.length);
            exchange.getResponseBody().write(sent);
            exchange.close();
        });
        http.start();
        try (Server server = laptop.connect(sshd);
                Server.Forward forward =
                        server.forward("127.0.0.1", http.getAddress().getPort());
                HttpClient client = HttpClient.newHttpClient();
                HttpClient another = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + forward.port() + "/"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(body);
            sshd.dropConnections();
            assertThat(another.send(request, HttpResponse.BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(body);
        } finally {
            http.stop(0);
        }
    }

    @Test
    void aDeadlineKillsTheCommand() throws Exception {
        Path pid = folder.resolve("pid");
        try (Server server = laptop.connect(sshd)) {
            assertThatThrownBy(() -> server.run(
                            Command.script("echo $$ >\"$1\"; exec sleep 300", pid.toString()), Duration.ofSeconds(3)))
                    .isInstanceOfSatisfying(Failure.class, failure -> {
                        assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
                        assertThat(failure.text())
                                .contains("did not end within 3 s")
                                .contains("sleep 300");
                    });
            // The connection lives on.
            assertThat(server.run(Command.of("echo", "alive"), MINUTE).out()).isEqualTo("alive\n");
        }
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                .ifPresent(left -> left.onExit().orTimeout(30, TimeUnit.SECONDS).join());
    }

    @Test
    void messagesDoNotShowWhatIsSensitive() {
        try (Server server = laptop.connect(sshd)) {
            assertThatThrownBy(() -> server.run(Command.script("sleep 300").sensitive("s3cret"), Duration.ofSeconds(1)))
                    .hasMessageContaining("[redacted]")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aConnectionThatBreaksUnderACommandIsToldAndTheNextCallConnectsAnew() throws Exception {
        Path started = folder.resolve("started");
        try (Server server = laptop.connect(sshd)) {
            Thread.ofVirtual().start(() -> {
                try {
                    while (!Files.exists(started)) {
                        Thread.sleep(20);
                    }
                } catch (InterruptedException e) {
                    return;
                }
                sshd.dropConnections();
            });
            assertThatThrownBy(() -> server.run(Command.script("touch \"$1\"; sleep 300", started.toString()), MINUTE))
                    .isInstanceOfSatisfying(Failure.class, failure -> {
                        assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
                        assertThat(failure.getCause()).isInstanceOf(ConnectionLost.class);
                        assertThat(failure.text()).contains("was lost while this ran");
                    });
            assertThat(server.run(Command.of("echo", "back"), MINUTE).out()).isEqualTo("back\n");
        }
    }

    @Test
    void anUploadGoesOnAfterADrop() throws Exception {
        byte[] content = new byte[20_000_000];
        new java.util.Random(3).nextBytes(content);
        Path destination = folder.resolve("uploaded");
        java.util.concurrent.atomic.AtomicInteger opened = new java.util.concurrent.atomic.AtomicInteger();
        java.util.concurrent.atomic.AtomicBoolean dropped = new java.util.concurrent.atomic.AtomicBoolean();
        java.util.concurrent.atomic.AtomicLong least = new java.util.concurrent.atomic.AtomicLong(Long.MAX_VALUE);
        Upload upload = new Upload(
                () -> {
                    opened.incrementAndGet();
                    return new java.io.ByteArrayInputStream(content);
                },
                content.length,
                destination.toString(),
                0644,
                "root:root");
        try (Server server = laptop.connect(sshd)) {
            server.upload(
                    upload,
                    sent -> {
                        if (dropped.get()) {
                            least.accumulateAndGet(sent, Math::min);
                        } else if (sent > 10_000_000) {
                            dropped.set(true);
                            sshd.dropConnections();
                        }
                    },
                    MINUTE);
        }
        assertThat(destination).hasBinaryContent(content);
        assertThat(opened).hasValueGreaterThan(1);
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).noneMatch(name -> name.contains("vfaas-"));
        }
    }

    @Test
    void anUploadIntoNoFolderFailsAtOnceAndLeavesNothing() throws Exception {
        try (Server server = laptop.connect(sshd)) {
            assertThatThrownBy(() -> server.upload(Upload.text(folder + "/no/such", "x", 0644), null, MINUTE))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("the folder " + folder + "/no/ does not exist");
            Files.createDirectory(folder.resolve("taken"));
            assertThatThrownBy(() -> server.upload(Upload.text(folder + "/taken", "x", 0644), null, MINUTE))
                    .isInstanceOf(Failure.class);
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).noneMatch(name -> name.contains("vfaas-"));
        }
    }

    @Test
    void moreThanSshdHasSessionsForWaitTheirTurnOnTheSameConnection() throws Exception {
        Path destination = folder.resolve("uploaded");
        try (Sshd narrow = Sshd.start(folder.resolve("narrow"), "MaxSessions 2\n")) {
            narrow.authorize(laptop.ssh("id_ed25519"));
            laptop.knows(narrow);
            try (Server server = laptop.connect(narrow);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                server.upload(Upload.text(destination.toString(), "first", 0644), null, MINUTE);
                List<Future<Completed>> commands = IntStream.range(0, 5)
                        .mapToObj(i -> threads.submit(() -> server.run(Command.script("sleep 1; echo done"), MINUTE)))
                        .toList();
                server.upload(Upload.text(destination.toString(), "second", 0644), null, MINUTE);
                for (Future<Completed> command : commands) {
                    assertThat(command.get().out()).isEqualTo("done\n");
                }
            }
            assertThat(destination).hasContent("second");
            assertThat(narrow.log()).containsOnlyOnce("Accepted publickey");
        }
    }

    @Test
    void signalsAreExitCodes() {
        try (Server server = laptop.connect(sshd)) {
            assertThat(server.run(Command.script("kill -9 $$"), MINUTE).exitCode())
                    .isEqualTo(137);
        }
    }

    @Test
    void noSuchName() {
        assertThatThrownBy(() -> laptop.servers().connect("no-such-host.invalid", ConnectOptions.standard()))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
                    assertThat(failure.text()).contains("cannot find the address of no-such-host.invalid");
                });
    }
}
