package dev.vfaas.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vfaas.context.ServerContext;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.support.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose context leads through SSH, over a real sshd; behind it a gateway that answers what the test says. */
class ContextThroughSshTest {
    private static final String LISTED = "[{\"name\":\"hello\",\"image\":\"hello:1\",\"namespace\":\"openfaas-fn\","
            + "\"replicas\":1,\"availableReplicas\":1,\"invocationCount\":0}]";

    @TempDir
    Path folder;

    private Sshd sshd;
    private Laptop laptop;
    private HttpServer gateway;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Handler> answers = new ConcurrentHashMap<>();

    private interface Handler {
        void answer(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        sshd = Sshd.start(folder.resolve("sshd"), "");
        laptop = new Laptop(folder.resolve("home")).knows(sshd);
        sshd.authorize(Sshd.key(laptop.ssh("id_ed25519"), "ed25519", ""));
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        gateway.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.add(exchange.getRequestMethod() + " " + path + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            try (exchange) {
                answers.getOrDefault(path, ContextThroughSshTest::missing).answer(exchange);
            }
        });
        gateway.start();
        answers.put("/system/functions", exchange -> text(exchange, LISTED));
        context("127.0.0.1:" + gateway.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        sshd.close();
        gateway.stop(0);
    }

    private void context(String forward) {
        new ServerContext(laptop.environment(), SshTarget.parse(Laptop.user() + "@127.0.0.1:" + sshd.port()), null)
                .keep(forward, new Credentials.Basic("admin", Secret.of("s3cret")));
    }

    private static void missing(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(404, -1);
    }

    private static void text(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream());
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private Tool tool() {
        Tool tool = new Tool(folder.resolve("home"));
        laptop.environment().variables().forEach(tool::with);
        return tool;
    }

    @Test
    void aCommandLogsInAndBringsTheLoginOfTheContext() {
        Tool.Outcome list = tool().run("list", "-o", "name");
        assertThat(list.err()).isEmpty();
        assertThat(list.exitCode()).isZero();
        assertThat(list.out()).isEqualTo("hello\n");
        assertThat(asked).containsExactly("GET /system/functions Basic YWRtaW46czNjcmV0");
    }

    @Test
    void aGatewayThatIsNamedIsReachedDirectly() {
        String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
        sshd.stop();
        assertThat(tool().run("list", "-g", url, "-o", "name").out()).isEqualTo("hello\n");
        assertThat(tool().with("OPENFAAS_URL", url).run("list", "-o", "name").out())
                .isEqualTo("hello\n");
    }

    @Test
    void aLongBodyGoesThereAndComesBack() throws IOException {
        byte[] body = new byte[5 << 20];
        new java.util.Random(7).nextBytes(body);
        answers.put("/function/echo", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getRequestBody().transferTo(exchange.getResponseBody());
        });
        Tool.Outcome outcome = tool().input(body).run("invoke", "echo");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.bytes()).isEqualTo(body);
    }

    @Test
    void aServerOutOfReachIsSaidWithItsExitCode() {
        sshd.stop();
        Tool.Outcome list = tool().run("list");
        assertThat(list.exitCode()).isEqualTo(6);
        assertThat(list.err()).contains("127.0.0.1 port " + sshd.port(), "refused");
    }

    @Test
    void aHostKeyThatChangedEndsItBeforeTheLoginIsSent() throws IOException {
        Sshd other = Sshd.start(folder.resolve("other"), "");
        try {
            Files.writeString(
                    laptop.ssh("known_hosts"),
                    "[127.0.0.1]:" + sshd.port() + " "
                            + other.hostKey("ed25519").line() + "\n");
        } finally {
            other.close();
        }
        Tool.Outcome list = tool().run("list");
        assertThat(list.exitCode()).isEqualTo(4);
        assertThat(list.err()).contains("key");
        assertThat(asked).isEmpty();
    }

    @Test
    void aLoginThatTheServerRefusesIsExitFour() throws IOException {
        Files.writeString(folder.resolve("sshd/authorized_keys"), "");
        Tool.Outcome list = tool().run("list");
        assertThat(list.exitCode()).isEqualTo(4);
    }

    @Test
    void aGatewayThatDoesNotRunIsSaidByItsAddressOnTheServer() throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        context("127.0.0.1:" + nobody);
        Tool.Outcome list = tool().run("list");
        assertThat(list.exitCode()).isEqualTo(1);
        assertThat(list.err()).contains("127.0.0.1:" + nobody + " on ", "vfaas doctor ");
    }

    @Test
    void anSshServerThatForwardsNothingIsSaidWithWhatToDo() throws IOException {
        sshd.close();
        try (Sshd strict = Sshd.start(folder.resolve("sshd"), "AllowTcpForwarding no")) {
            laptop.knows(strict);
            new ServerContext(
                            laptop.environment(), SshTarget.parse(Laptop.user() + "@127.0.0.1:" + strict.port()), null)
                    .keep("127.0.0.1:" + gateway.getAddress().getPort(), new Credentials.Basic("a", Secret.of("b")));
            Tool.Outcome list = tool().run("list");
            assertThat(list.exitCode()).isEqualTo(7);
            assertThat(list.err()).contains("AllowTcpForwarding");
        }
    }

    @Test
    void aConnectionThatBreaksInTheMiddleIsSaid() {
        answers.put("/function/slow", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("first\n".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            sshd.dropConnections();
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Tool.Outcome outcome = tool().run("invoke", "slow");
        assertThat(outcome.exitCode()).isEqualTo(6);
        assertThat(outcome.err()).contains("the SSH connection broke", "may or may not");
    }

    /** The URL of the context is a port of this machine where nothing listens: messages name the server instead. */
    @Test
    void whatIsSaidNamesTheServerAndHowTheUrlsComeToAnswer() {
        String server = Laptop.user() + "@127.0.0.1:" + sshd.port();
        answers.put("/system/function/hello", exchange -> text(exchange, LISTED.substring(1, LISTED.length() - 1)));
        Tool.Outcome described = tool().run("describe", "hello");
        assertThat(described.err()).isEmpty();
        assertThat(described.out())
                .containsPattern("URL: +http://127.0.0.1:\\d+/function/hello")
                .contains("vfaas host forward " + server);

        Tool.Outcome absent = tool().run("describe", "nobody");
        assertThat(absent.err())
                .contains("there is no function \"nobody\" on " + server)
                .doesNotContain("http://");
        Tool.Outcome called = tool().run("invoke", "nobody");
        assertThat(called.err()).contains("function \"nobody\" on " + server + " answered status 404");

        answers.put("/system/functions", exchange -> exchange.sendResponseHeaders(401, -1));
        Tool.Outcome refused = tool().run("list");
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.err())
                .contains("the gateway of " + server + " refuses the login", "vfaas up " + server)
                .doesNotContain("vfaas login");
    }

    @Test
    void whatWasDeployedIsSaidWithHowTheUrlsComeToAnswer() {
        String server = Laptop.user() + "@127.0.0.1:" + sshd.port();
        answers.put("/system/function/hello", exchange -> text(exchange, LISTED.substring(1, LISTED.length() - 1)));
        answers.put("/system/functions", exchange -> exchange.sendResponseHeaders(202, -1));
        Tool.Outcome deployed = tool().run(
                        "deploy",
                        "--name",
                        "hello",
                        "--image",
                        "registry.example.com/hello:1",
                        "--no-wait",
                        "-o",
                        "name");
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
        assertThat(deployed.out()).isEqualTo("hello\n");
        assertThat(deployed.err()).contains("vfaas invoke NAME", "vfaas host forward " + server);
    }

    @Test
    void theListOfContextsShowsTheWay() {
        String forward = "127.0.0.1:" + gateway.getAddress().getPort();
        String server = Laptop.user() + "@127.0.0.1:" + sshd.port();
        assertThat(tool().run("context", "list").out()).contains("THROUGH SSH", forward + " on " + server);
        assertThat(tool().run("context", "list", "-o", "json").out())
                .contains("\"forward\": \"" + forward + "\"", "\"ssh\": \"" + server + "\"");
        assertThat(tool().run("context", "show").out()).contains(forward + " on " + server);
    }
}
