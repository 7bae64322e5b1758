package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's process: how it starts, tells where it is, refuses to start, and ends. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatewayProcessTest {
    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, GatewayMain.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log-" + processes.size()).toFile())
                .start();
        processes.add(process);
        return process;
    }

    /** The options the gateway is shipped with: they must be good ones. */
    private static List<String> options() throws IOException {
        try (var resource = GatewayMain.class.getResourceAsStream("/gateway.jvmoptions")) {
            assertThat(resource).isNotNull();
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }

    private String log(Process process) throws IOException {
        return Files.readString(folder.resolve("log-" + processes.indexOf(process)));
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Process startListening() throws Exception {
        Process process = start("--port", "0", "--data-dir", data().toString());
        RunningGateway.await(() -> Files.exists(data().resolve("gateway.json")) || !process.isAlive());
        assertThat(process.isAlive())
                .as(() -> {
                    try {
                        return log(process);
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .isTrue();
        return process;
    }

    private JsonNode announced() throws IOException {
        return new ObjectMapper().readTree(data().resolve("gateway.json").toFile());
    }

    private HttpResponse<String> get(String path, String password) throws Exception {
        String token = Base64.getEncoder().encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                    + announced().path("port").asInt() + path))
                            .header("Authorization", "Basic " + token)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void itTellsWhereItIsAndEndsCleanly() throws Exception {
        Process process = startListening();
        JsonNode state = announced();
        assertThat(state.path("pid").asLong()).isEqualTo(process.pid());
        assertThat(state.path("host").asText()).isEqualTo("127.0.0.1");
        assertThat(state.path("started").asText())
                .isEqualTo(process.info().startInstant().orElseThrow().toString());
        assertThat(state.path("version").asText()).isNotEmpty();
        String password = Files.readString(data().resolve("password"));
        assertThat(password).matches("[A-Za-z0-9]{32}");
        for (String file : new String[] {"password", "gateway.json", "lock"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve(file))))
                    .isEqualTo("rw-------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
                .isEqualTo("rwx------");
        assertThat(get("/healthz", "").body()).isEqualTo("OK");
        assertThat(get("/system/functions", password).body()).isEqualTo("[]");
        assertThat(get("/system/functions", password + "x").statusCode()).isEqualTo(401);
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(data().resolve("gateway.json")).doesNotExist();
        assertThat(log(process))
                .contains("INFO listening address=127.0.0.1:", "INFO stopping", "INFO stopped")
                .doesNotContain("ERROR", "WARN", password);
        Process again = startListening();
        assertThat(get("/system/functions", password).statusCode()).isEqualTo(200);
        again.destroy();
    }

    @Test
    void afterAKillItStartsAgain() throws Exception {
        Process process = startListening();
        process.destroyForcibly().waitFor();
        long before = announced().path("pid").asLong();
        Process again = start("--port", "0", "--data-dir", data().toString());
        RunningGateway.await(() -> {
            try {
                return announced().path("pid").asLong() != before;
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(announced().path("pid").asLong()).isEqualTo(again.pid());
        assertThat(get("/healthz", "").statusCode()).isEqualTo(200);
    }

    @Test
    void aTakenPortIsToldWithItsOwner() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = start("--port", Integer.toString(taken.getLocalPort()), "--data-dir", data().toString());
            assertThat(process.waitFor()).isEqualTo(1);
            assertThat(log(process))
                    .contains("gateway: port " + taken.getLocalPort() + " on 127.0.0.1 is taken by ")
                    .contains("(process " + ProcessHandle.current().pid() + ")")
                    .contains("--port");
        }
    }

    @Test
    void oneDataDirectoryHasOneGateway() throws Exception {
        Process first = startListening();
        Process second = start("--port", "0", "--data-dir", data().toString());
        assertThat(second.waitFor()).isEqualTo(5);
        assertThat(log(second)).contains("gateway: another gateway (process " + first.pid() + ", port ");
        assertThat(get("/healthz", "").statusCode()).isEqualTo(200);
    }

    @Test
    void aWrongOptionIsUsage() throws Exception {
        Process process = start("--prot", "80");
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(log(process)).contains("gateway: unknown option --prot");
    }

    @Test
    void anAddressOfAnotherMachineIsUsage() throws Exception {
        for (String host : new String[] {"192.0.2.1", "no-such-host.invalid"}) {
            Process process = start("--host", host, "--port", "0", "--data-dir", data().toString());
            assertThat(process.waitFor()).isEqualTo(2);
            assertThat(log(process))
                    .startsWith("gateway: --host " + host + " is not an address")
                    .hasLineCount(1);
        }
        assertThat(data()).doesNotExist();
    }

    @Test
    void aDamagedDatabaseIsToldAndLeftAsItIs() throws Exception {
        Files.createDirectory(
                data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path database = data().resolve("gateway.db");
        Files.writeString(database, "this is no database, but someone may want it back".repeat(100));
        byte[] before = Files.readAllBytes(database);
        Process process = start("--port", "0", "--data-dir", data().toString());
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(log(process)).contains("gateway: ").contains("gateway.db").doesNotContain("\tat ");
        assertThat(Files.readAllBytes(database)).isEqualTo(before);
    }
}
