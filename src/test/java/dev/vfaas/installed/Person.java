package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Somebody at a machine with an empty HOME who types vfaas commands; close it to stop the gateway they started. */
final class Person implements AutoCloseable {
    static final Path PROJECT = Path.of(System.getProperty("vfaas.basedir", "."));
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();

    final Path home;
    final Path work;
    final int port = freePort();
    private final Map<String, String> environment = new HashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();

    Person(Path folder) {
        home = create(folder.resolve("home"));
        work = create(folder.resolve("work"));
        environment.put("HOME", home.toString());
        environment.put("NO_COLOR", "1");
        // Language tools keep their download caches, so that tests do not fetch the same packages again and again.
        String cache = System.getProperty("user.home") + "/.cache";
        environment.put("PIP_CACHE_DIR", cache + "/pip");
        environment.put("UV_CACHE_DIR", cache + "/uv");
        environment.put("npm_config_cache", System.getProperty("user.home") + "/.npm");
        environment.put("GOCACHE", cache + "/go-build");
        environment.put("GOMODCACHE", System.getProperty("user.home") + "/go/pkg/mod");
        environment.put("GOFLAGS", "-modcacherw");
        environment.put("MAVEN_ARGS", "-Dmaven.repo.local=" + System.getProperty("user.home") + "/.m2/repository");
    }

    /** Sets a variable for the commands that follow; null removes it. */
    Person with(String name, @org.jspecify.annotations.Nullable String value) {
        environment.put(name, value == null ? "" : value);
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    Path gatewayData() {
        String data = environment.get("XDG_DATA_HOME");
        return (data == null ? home.resolve(".local/share") : Path.of(data)).resolve("vfaas/gateway");
    }

    String password() {
        return read(gatewayData().resolve("password")).strip();
    }

    /** Types a vfaas command in the working folder. */
    Outcome types(String... arguments) {
        return typesIn(work, new byte[0], arguments);
    }

    /** Types a vfaas command in {@code folder} with bytes on its standard input. */
    Outcome typesIn(Path folder, byte[] input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                PROJECT.resolve("target/vfaas.jar") + ":" + PROJECT.resolve("target/lib") + "/*",
                "dev.vfaas.Main"));
        command.addAll(List.of(arguments));
        return run("vfaas " + String.join(" ", arguments), folder, input, command);
    }

    /** Runs any program with this person's environment. */
    Outcome runs(Path folder, String... command) {
        return run(String.join(" ", command), folder, new byte[0], List.of(command));
    }

    private Outcome run(String shown, Path folder, byte[] input, List<String> command) {
        try {
            Path out = Files.createTempFile("out", null);
            Path err = Files.createTempFile("err", null);
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
            environment.forEach((name, value) -> {
                if (value.isEmpty()) {
                    builder.environment().remove(name);
                } else {
                    builder.environment().put(name, value);
                }
            });
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("OPENFAAS_") && !environment.containsKey(name));
            // With CI=true logins lie in ./.openfaas, as faas-cli has it; a person sits at a machine of their own.
            if (!environment.containsKey("CI")) {
                builder.environment().remove("CI");
            }
            builder.redirectOutput(out.toFile()).redirectError(err.toFile());
            Process process = builder.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input);
            } catch (IOException gone) {
                // a command that reads no input may have ended before it was written
            }
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "still running after " + PATIENCE + ": " + shown + "\n" + read(out) + read(err));
            }
            Outcome outcome = new Outcome(shown, process.exitValue(), Files.readAllBytes(out), read(err));
            Files.delete(out);
            Files.delete(err);
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Starts the embedded gateway on this person's own port. */
    Person startsGateway() {
        types("gateway", "start", "--port", Integer.toString(port)).succeeded();
        return this;
    }

    long gatewayPid() {
        return json(read(gatewayData().resolve("gateway.json"))).get("pid").asLong();
    }

    /** Writes a file below the working folder. */
    Path writes(String path, String content) {
        try {
            Path file = work.resolve(path);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Calls a function over HTTP, without the command. */
    HttpResponse<byte[]> calls(String function, byte[] body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(url() + "/function/" + function))
                            .timeout(Duration.ofSeconds(90))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    String answer(String function, String body) {
        HttpResponse<byte[]> response = calls(function, body.getBytes(StandardCharsets.UTF_8));
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertThat(response.statusCode()).as(text).isEqualTo(200);
        return text;
    }

    /** Asks the management API with this person's login. */
    HttpResponse<String> api(String method, String path, String body) {
        try {
            String login = Base64.getEncoder().encodeToString(("admin:" + password()).getBytes(StandardCharsets.UTF_8));
            return http.send(
                    HttpRequest.newBuilder(URI.create(url() + path))
                            .timeout(Duration.ofSeconds(60))
                            .header("Authorization", "Basic " + login)
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    JsonNode status(String function) {
        return json(api("GET", "/system/function/" + function, "").body());
    }

    void scales(String function, int replicas) {
        assertThat(api(
                                "POST",
                                "/system/scale-function/" + function,
                                "{\"serviceName\":\"" + function + "\",\"replicas\":" + replicas + "}")
                        .statusCode())
                .isEqualTo(202);
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /** Waits until {@code condition} holds; the deadline is generous, no test asserts a time. */
    static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline for: " + what).isLessThan(deadline);
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path create(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        types("gateway", "stop");
    }
}
