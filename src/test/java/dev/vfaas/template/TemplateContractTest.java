package dev.vfaas.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the server of every template promises its platform, checked over raw HTTP. A subclass tells how its language is assembled and started, and gives
 * four handlers:
 *
 * <ul>
 *   <li>{@link #echo}: answers with the request's body, byte for byte, to any method and path;
 *   <li>{@link #hold}: the body is a path P; creates the file P.started, waits until a file P exists, then answers {@code released};
 *   <li>{@link #fail}: raises an exception whose message is {@code broken on purpose};
 *   <li>{@link #stream}: the body is a path P; answers {@code first} at once, and {@code second} as a further part when a file P exists.
 * </ul>
 */
abstract class TemplateContractTest {
    @TempDir
    Path temporary;

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    /** Makes a folder that holds server, template and these handler files (paths relative to function/), and returns the folder to start in. */
    protected abstract Path assemble(Path folder, Map<String, String> handlerFiles)
            throws IOException, InterruptedException;

    /** What starts it in that folder. */
    protected abstract List<String> command();

    protected abstract Map<String, String> echo();

    protected abstract Map<String, String> hold();

    protected abstract Map<String, String> fail();

    protected abstract Map<String, String> stream();

    @AfterEach
    void endCallers() {
        callers.shutdownNow();
    }

    @Test
    void probesOfAHealthyReplicaAreOk() throws Exception {
        try (Replica replica = start(echo())) {
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
            assertThat(replica.get("/_/health").text()).isEqualTo("OK");
            assertThat(replica.get("/_/ready").status()).isEqualTo(200);
            assertThat(replica.call("POST", "/_/health", "", new byte[0]).status())
                    .isEqualTo(405);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void everyMethodAndPathReachesTheHandlerWithItsBytes(String method) throws Exception {
        byte[] everyByte = new byte[256];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        try (Replica replica = start(echo())) {
            Wire.Response response = replica.call(
                    method, "/some/path?a=1&b=%20", "Content-Type: application/octet-stream\r\n", everyByte);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(everyByte);
            assertThat(response.headers()).containsKeys("X-Duration-Seconds", "Content-Type", "Date");
            assertThat(Double.parseDouble(response.headers().get("X-Duration-Seconds")))
                    .isNotNegative();
        }
    }

    @Test
    void aConnectionServesManyRequests() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.request("POST", "/", "", bytes("call " + i))
                                .response("POST")
                                .text())
                        .isEqualTo("call " + i);
            }
            wire.request("POST", "/", "Connection: close\r\n", bytes("last"));
            assertThat(wire.response("POST").text()).isEqualTo("last");
            assertThat(wire.closed()).isTrue();
        }
    }

    @Test
    void http10IsAnsweredAndClosed() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            wire.send("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nold");
            assertThat(wire.response("POST").text()).isEqualTo("old");
            assertThat(wire.closed()).isTrue();
        }
    }

    @Test
    void aChunkedBodyArrivesWhole() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            wire.send("POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n");
            wire.send("6;extension=1\r\npedia \r\nB\r\nin \r\nchunks\r\n0\r\nTrailer: x\r\n\r\n");
            assertThat(wire.response("POST").text()).isEqualTo("Wikipedia in \r\nchunks");
            assertThat(wire.request("POST", "/", "", bytes("next"))
                            .response("POST")
                            .text())
                    .isEqualTo("next");
        }
    }

    @Test
    void aClientThatWaitsToBeToldToContinueIsTold() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            wire.send("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(wire.head().status()).isEqualTo(100);
            wire.send("body");
            assertThat(wire.response("POST").text()).isEqualTo("body");
        }
    }

    @Test
    void headHasNoBodyAndKeepsTheConnection() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            assertThat(wire.request("HEAD", "/", "", new byte[0])
                            .response("HEAD")
                            .status())
                    .isEqualTo(200);
            assertThat(wire.request("HEAD", "/_/health", "", new byte[0])
                            .response("HEAD")
                            .status())
                    .isEqualTo(200);
            assertThat(wire.request("POST", "/", "", bytes("next"))
                            .response("POST")
                            .text())
                    .isEqualTo("next");
        }
    }

    @Test
    void aLargeBodyGoesBothWays() throws Exception {
        byte[] large = new byte[5_000_000];
        new java.util.Random(7).nextBytes(large);
        try (Replica replica = start(echo())) {
            Wire.Response response = replica.call("POST", "/", "Content-Type: application/octet-stream\r\n", large);
            assertThat(java.util.Arrays.equals(response.body(), large)).isTrue();
        }
    }

    @Test
    void aStreamedAnswerArrivesPartByPart() throws Exception {
        try (Replica replica = start(stream());
                Wire wire = new Wire(replica.port)) {
            Path gate = temporary.resolve("gate");
            wire.request("POST", "/", "", bytes(gate.toString()));
            Wire.Response head = wire.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.chunked()).isTrue();
            assertThat(new String(wire.chunk(), UTF_8)).isEqualTo("first");
            Files.createFile(gate);
            assertThat(new String(wire.chunk(), UTF_8)).isEqualTo("second");
            assertThat(wire.chunk()).isEmpty();
            assertThat(wire.request("GET", "/_/health", "", new byte[0])
                            .response("GET")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aHandlerThatFailsIsA500WhoseReasonIsInTheLogOnly() throws Exception {
        try (Replica replica = start(fail());
                Wire wire = new Wire(replica.port)) {
            Wire.Response response = wire.request("POST", "/", "", bytes("x")).response("POST");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).doesNotContain("broken on purpose", "Traceback", "handler.");
            replica.await("the reason is logged", () -> replica.log().contains("broken on purpose"));
            assertThat(wire.request("GET", "/_/health", "", new byte[0])
                            .response("GET")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aCallThatTakesTooLongIsA504AndTheReplicaLivesOn() throws Exception {
        try (Replica replica = start(hold(), "exec_timeout", "200ms")) {
            assertThat(replica.post(gate("never")).status()).isEqualTo(504);
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
            Files.createFile(temporary.resolve("open"));
            assertThat(replica.post(gate("open")).text()).isEqualTo("released");
        }
    }

    @Test
    void aCallerCanShortenTheTime() throws Exception {
        try (Replica replica = start(hold(), "exec_timeout", "0")) {
            Wire.Response response = replica.call("POST", "/", "X-Timeout: 200ms\r\n", bytes(gate("never")));
            assertThat(response.status()).isEqualTo(504);
        }
    }

    @Test
    void withoutExecTimeoutACallMayTakeItsTime() throws Exception {
        try (Replica replica = start(hold(), "exec_timeout", "0")) {
            Future<Wire.Response> call = inBackground(() -> replica.post(gate("a")));
            awaitStarted(replica, "a");
            Thread.sleep(300); // a limit of 0 taken literally would strike now
            Files.createFile(temporary.resolve("a"));
            assertThat(call.get().text()).isEqualTo("released");
        }
    }

    @Test
    void callsRunAtTheSameTime() throws Exception {
        try (Replica replica = start(hold())) {
            Future<Wire.Response> a = inBackground(() -> replica.post(gate("a")));
            Future<Wire.Response> b = inBackground(() -> replica.post(gate("b")));
            awaitStarted(replica, "a");
            awaitStarted(replica, "b");
            Files.createFile(temporary.resolve("b"));
            assertThat(b.get().text()).isEqualTo("released");
            Files.createFile(temporary.resolve("a"));
            assertThat(a.get().text()).isEqualTo("released");
        }
    }

    @Test
    void moreThanMaxInflightIsA429() throws Exception {
        try (Replica replica = start(hold(), "max_inflight", "1")) {
            Future<Wire.Response> running = inBackground(() -> replica.post(gate("a")));
            awaitStarted(replica, "a");
            assertThat(replica.post(gate("b")).status()).isEqualTo(429);
            assertThat(replica.get("/_/ready").status()).isEqualTo(429);
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
            Files.createFile(temporary.resolve("a"));
            assertThat(running.get().text()).isEqualTo("released");
            replica.await("ready again", () -> status(replica, "/_/ready") == 200);
            Files.createFile(temporary.resolve("b"));
            assertThat(replica.post(gate("b")).text()).isEqualTo("released");
        }
    }

    @Test
    void onSigtermRunningCallsEndAndProbesSay503() throws Exception {
        try (Replica replica = start(hold())) {
            Future<Wire.Response> running = inBackground(() -> replica.post(gate("a")));
            awaitStarted(replica, "a");
            replica.terminate();
            replica.await("draining", () -> status(replica, "/_/health") == 503);
            assertThat(status(replica, "/_/ready")).isEqualTo(503);
            assertThat(replica.running()).isTrue();
            Files.createFile(temporary.resolve("a"));
            assertThat(running.get().text()).isEqualTo("released");
            assertThat(replica.exitCode()).isZero();
        }
    }

    @Test
    void onSigtermAnIdleReplicaEnds() throws Exception {
        try (Replica replica = start(echo());
                Wire keptAlive = new Wire(replica.port)) {
            assertThat(keptAlive
                            .request("POST", "/", "", bytes("x"))
                            .response("POST")
                            .status())
                    .isEqualTo(200);
            replica.terminate();
            assertThat(replica.exitCode()).isZero();
        }
    }

    /** Who calls learns of the end later than the replica: a call on a connection that was idle must not be lost. */
    @Test
    void onSigtermAKeptConnectionTakesOneMoreCall() throws Exception {
        try (Replica replica = start(echo(), "healthcheck_interval", "60s");
                Wire keptAlive = new Wire(replica.port)) {
            keptAlive.request("POST", "/", "", bytes("x")).response("POST");
            replica.terminate();
            replica.await("draining", () -> status(replica, "/_/health") == 503);
            Wire.Response last = keptAlive.request("POST", "/", "", bytes("y")).response("POST");
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.headers().get("Connection")).isEqualToIgnoringCase("close");
        }
    }

    @Test
    void aCallThatNeverEndsHoldsADrainNoLongerThanWriteTimeout() throws Exception {
        try (Replica replica = start(hold(), "write_timeout", "300ms", "exec_timeout", "0")) {
            inBackground(() -> replica.post(gate("never")));
            awaitStarted(replica, "never");
            replica.terminate();
            assertThat(replica.exitCode()).isZero();
        }
    }

    @Test
    void aClientThatDoesNotFinishItsRequestIsCutOff() throws Exception {
        try (Replica replica = start(echo(), "read_timeout", "300ms");
                Wire slowHead = new Wire(replica.port);
                Wire slowBody = new Wire(replica.port)) {
            slowHead.send("POST / HTTP/1.1\r\nHost: f\r\n");
            slowBody.send("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 10\r\n\r\nhalf");
            assertThat(isCutOff(slowHead)).isTrue();
            assertThat(isCutOff(slowBody)).isTrue();
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatDoesNotReadItsAnswerIsCutOff() throws Exception {
        byte[] large = new byte[32_000_000]; // more than the kernel keeps for a connection
        try (Replica replica = start(echo(), "write_timeout", "300ms");
                Wire deaf = new Wire(replica.port)) {
            deaf.request("POST", "/", "Content-Type: application/octet-stream\r\n", large);
            replica.await("cut off", () -> deaf.isCut());
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
        }
    }

    @Test
    void oversizedHeadersAreA431() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            String huge = "x".repeat(1 << 20);
            wire.send("GET / HTTP/1.1\r\nHost: f\r\nX-Large: " + huge + huge + "\r\n\r\n");
            assertThat(wire.response("GET").status()).isEqualTo(431);
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: f\r\nBad Header: x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: f\r\nContent-Length: ten\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void malformedRequestsAreA400(String request) throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            assertThat(wire.send(request).response("GET").status()).isEqualTo(400);
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
        }
    }

    @Test
    void requestsAreLoggedWhenAskedFor() throws Exception {
        try (Replica replica = start(echo(), "log_requests", "true")) {
            replica.call("PUT", "/a/b?c=d", "X-Call-Id: 1234-abcd\r\n", bytes("12345"));
            replica.await("a line is logged", () -> replica.log().contains("1234-abcd"));
            assertThat(replica.log().lines().filter(line -> line.contains("1234-abcd")))
                    .singleElement()
                    .asString()
                    .matches("PUT /a/b\\?c=d - 200 - 5B \\([0-9.]+s\\) \\[1234-abcd]");
        }
    }

    @Test
    void requestsAreNotLoggedOtherwise() throws Exception {
        try (Replica replica = start(echo())) {
            replica.call("PUT", "/a/b?c=d", "X-Call-Id: 1234-abcd\r\n", bytes("12345"));
            replica.terminate();
            assertThat(replica.exitCode()).isZero();
            assertThat(replica.log()).doesNotContain("1234-abcd", "/a/b");
        }
    }

    @Test
    void writeDebugShowsBodies() throws Exception {
        try (Replica replica = start(echo(), "write_debug", "true")) {
            replica.call("POST", "/x", "Content-Type: text/plain\r\n", bytes("what was sent"));
            replica.await("the body is logged", () -> replica.log().contains("what was sent"));
            replica.await("the request is logged", () -> replica.log().contains("POST /x - 200 - 13B"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"read_timeout", "write_timeout", "exec_timeout"})
    void durationsOfGoAreUnderstoodAndOthersRefused(String variable) throws Exception {
        Path folder = assemble(temporary.resolve("app"), echo());
        for (String good : List.of("1m30s", "1.5s", "500ms", "15")) {
            try (Replica replica = Replica.start(command(), folder, Map.of(variable, good))) {
                assertThat(replica.running()).isTrue();
            }
        }
        try (Replica replica = Replica.launch(command(), folder, Map.of(variable, "soon"))) {
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.log()).contains(variable, "soon");
        }
    }

    @Test
    void aTakenPortEndsTheReplicaWithAMessage() throws Exception {
        Path folder = assemble(temporary.resolve("app"), echo());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Replica replica =
                        Replica.launch(command(), folder, Map.of("port", String.valueOf(taken.getLocalPort())))) {
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.log()).contains(String.valueOf(taken.getLocalPort()));
        }
    }

    /** Assembles these handler files and starts them, with environment variables as names and values in turn. */
    protected final Replica start(Map<String, String> handlerFiles, String... environment)
            throws IOException, InterruptedException {
        Map<String, String> variables = new java.util.HashMap<>();
        for (int i = 0; i < environment.length; i += 2) {
            variables.put(environment[i], environment[i + 1]);
        }
        return Replica.start(command(), assemble(temporary.resolve("app"), handlerFiles), variables);
    }

    /** The template's own folder in the sources. */
    protected static Path templates() {
        return Path.of(System.getProperty("vfaas.basedir", ".")).resolve("templates");
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private <T> Future<T> inBackground(Callable<T> call) {
        return callers.submit(call);
    }

    private String gate(String name) {
        return temporary.resolve(name).toString();
    }

    private void awaitStarted(Replica replica, String name) {
        replica.await(name + " started", () -> Files.exists(temporary.resolve(name + ".started")));
    }

    private static int status(Replica replica, String target) {
        try {
            return replica.get(target).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Either a 408 or nothing, and then the end of the connection. */
    private static boolean isCutOff(Wire wire) {
        try {
            assertThat(wire.response("POST").status()).isEqualTo(408);
        } catch (IOException closedWithoutAnAnswer) {
            return true;
        }
        return wire.closed();
    }
}
