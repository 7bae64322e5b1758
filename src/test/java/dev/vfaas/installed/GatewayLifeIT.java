package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway killed, restarted, updated under load, and in places where it cannot start: nothing is lost and a person is told. */
class GatewayLifeIT {
    private static final String VERSIONED = "def handle(req):\n    return 'version %d'\n";
    private static final String SECRET_READER = """
            import os

            def handle(req):
                folder = os.environ.get("VFAAS_SECRETS_PATH", "/var/openfaas/secrets")
                with open(os.path.join(folder, "api-key")) as secret:
                    return secret.read()
            """;
    private Person person;

    @BeforeEach
    void sitDown(@TempDir Path folder) {
        person = new Person(folder);
    }

    @AfterEach
    void leave() {
        person.close();
    }

    private void deploys(String name, String handler) {
        person.types("new", "--lang", "python3", name).succeeded();
        person.writes(name + "/handler.py", handler);
        person.types("up").succeeded();
    }

    @Test
    void everythingRunsAgainAfterAKill() throws IOException {
        person.startsGateway();
        person.typesIn(person.work, "open sesame".getBytes(StandardCharsets.UTF_8), "secret", "create", "api-key")
                .succeeded();
        person.types("new", "--lang", "python3", "keeper").succeeded();
        person.writes("keeper/handler.py", SECRET_READER);
        Files.writeString(
                person.work.resolve("stack.yml"),
                Person.read(person.work.resolve("stack.yml")).stripTrailing()
                        + "\n    secrets: [api-key]\n    labels:\n      com.openfaas.scale.min: 2\n");
        person.types("up").succeeded();
        assertThat(person.answer("keeper", "")).isEqualTo("open sesame");

        ProcessHandle gateway = ProcessHandle.of(person.gatewayPid()).orElseThrow();
        gateway.destroyForcibly();
        Person.eventually("gateway dead", () -> !gateway.isAlive());
        person.startsGateway();

        assertThat(person.answer("keeper", "")).isEqualTo("open sesame");
        Person.eventually(
                "two replicas again",
                () -> person.status("keeper").path("availableReplicas").asInt() == 2);
        assertThat(replicas()).as("leftovers of the killed gateway are gone").isEqualTo(2);
        try (Stream<Path> files = Files.walk(person.gatewayData())) {
            assertThat(files.filter(file -> file.getFileName().toString().contains("state"))
                            .filter(Files::isRegularFile)
                            .filter(file -> Person.read(file).contains("open sesame")))
                    .as("the secret is encrypted at rest")
                    .isEmpty();
        }
    }

    private long replicas() {
        String roots = person.gatewayData().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    try {
                        return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
                                        .startsWith(roots)
                                && process.info()
                                        .command()
                                        .filter(command -> command.contains("python"))
                                        .isPresent();
                    } catch (IOException e) {
                        return false;
                    }
                })
                .count();
    }

    @Test
    void stopEndsEveryReplica() {
        person.startsGateway();
        deploys("worker", VERSIONED.formatted(1));
        assertThat(replicas()).isPositive();
        person.types("gateway", "stop").succeeded();
        Person.eventually("no replica is left", () -> replicas() == 0);
        person.types("gateway", "status").outContains("");
        person.types("list").exitedWith(1).errContains("gateway start");
    }

    @Test
    void updateUnderLoadFailsNoRequest() throws InterruptedException {
        person.startsGateway();
        deploys("steady", VERSIONED.formatted(0));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        AtomicReference<String> failure = new AtomicReference<>();
        Runnable load = () -> {
            while (!stop.get() && failure.get() == null) {
                var response = person.calls("steady", new byte[0]);
                String body = new String(response.body(), StandardCharsets.UTF_8);
                if (response.statusCode() != 200 || !body.startsWith("version ")) {
                    failure.set(response.statusCode() + " " + body);
                }
                calls.incrementAndGet();
            }
        };
        Thread[] clients =
                Stream.generate(() -> Thread.ofVirtual().start(load)).limit(8).toArray(Thread[]::new);
        for (int version = 1; version <= 3; version++) {
            person.writes("steady/handler.py", VERSIONED.formatted(version));
            person.types("up").succeeded();
            assertThat(person.answer("steady", "")).isEqualTo("version " + version);
        }
        stop.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(calls.get()).isGreaterThan(100);
    }

    @Test
    void aNewVersionThatDoesNotStartLeavesTheOldServing() {
        person.startsGateway();
        deploys("sturdy", VERSIONED.formatted(1));
        person.writes("sturdy/handler.py", "import does_not_exist\n\ndef handle(req):\n    return 'version 2'\n");
        person.types("up", "--timeout", "20s").exitedWith(7).errContains("sturdy", "does_not_exist");
        assertThat(person.answer("sturdy", "")).isEqualTo("version 1");
    }

    @Test
    void takenPortNamesTheProcess() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = Integer.toString(taken.getLocalPort());
            person.types("gateway", "start", "--port", port)
                    .exitedWith(1)
                    .errContains(port, Long.toString(ProcessHandle.current().pid()));
        }
    }

    @Test
    void aDamagedStateFileIsSaidAndKept() throws IOException {
        person.startsGateway();
        deploys("keeper", VERSIONED.formatted(1));
        person.types("gateway", "stop").succeeded();
        Path state;
        try (Stream<Path> files = Files.list(person.gatewayData())) {
            state = files.filter(file -> file.toString().endsWith(".db"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] damaged = Files.readAllBytes(state);
        byte[] intact = damaged.clone();
        for (int i = 0; i < damaged.length; i++) {
            damaged[i] ^= 0x55;
        }
        Files.write(state, damaged);

        person.types("gateway", "start", "--port", Integer.toString(person.port))
                .exitedWith(1)
                .errContains(state.getFileName().toString());
        assertThat(Files.readAllBytes(state)).as("left as it was").isEqualTo(damaged);

        Files.write(state, intact);
        person.startsGateway();
        assertThat(person.answer("keeper", "")).isEqualTo("version 1");
    }
}
