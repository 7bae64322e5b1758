package dev.vfaas.gateway.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.image.RegistryClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rooms that keep things, in a process of their own that is killed as by {@code kill -9}: whatever was acknowledged is there afterwards. */
class KilledGatewayTest {
    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private TestServer functions;
    private Process process;
    private volatile int port;

    @BeforeEach
    void startFunctions() throws Exception {
        functions = new TestServer(
                exchange -> {
                    exchange.body().readAllBytes();
                    runs.computeIfAbsent(String.valueOf(exchange.header("X-Call-Id")), id -> new AtomicInteger())
                            .incrementAndGet();
                    exchange.respond(200, "");
                },
                null);
    }

    @AfterEach
    void stop() throws Exception {
        process.destroyForcibly().waitFor();
        functions.close();
        http.close();
    }

    @Test
    void tenThousandAsynchronousCallsWithThreeKillsAndNoneLost() throws Exception {
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        start();
        long began = System.nanoTime();
        try (Clients clients = new Clients(32, 10_000, number -> {
            String id = "call-" + number;
            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(uri("/async-function/echo"))
                            .header("X-Call-Id", id)
                            .POST(BodyPublishers.ofString("body of " + id))
                            .build(),
                    BodyHandlers.discarding());
            if (answer.statusCode() == 202) {
                accepted.add(id);
            }
            return answer.statusCode() == 202;
        })) {
            for (int threshold : new int[] {2000, 5000, 8000}) {
                while (accepted.size() < threshold) {
                    Thread.sleep(5);
                }
                killAndStart();
            }
            clients.join();
        }
        double acceptedAfter = (System.nanoTime() - began) / 1e9;
        awaitRuns(accepted);
        System.err.printf(
                "10000 calls accepted in %.1f s and run in %.1f s with three kills; %d ran more than once%n",
                acceptedAfter,
                (System.nanoTime() - began) / 1e9,
                runs.values().stream().filter(count -> count.get() > 1).count());
        assertThat(accepted).hasSize(10_000);
        assertThat(runs.keySet()).containsAll(accepted);
    }

    @Test
    void everythingAcknowledgedSurvivesKillsAtRandomMoments() throws Exception {
        long seed = System.nanoTime();
        System.err.println("seed " + seed);
        Random random = new Random(seed);
        Set<String> calls = ConcurrentHashMap.newKeySet();
        Map<String, String> images = new ConcurrentHashMap<>();
        Map<String, String> secrets = new ConcurrentHashMap<>();
        start();
        try (Clients callers = new Clients(4, Integer.MAX_VALUE, number -> {
                    String id = "mixed-" + number;
                    byte[] body = new byte[number % 7 == 0 ? 200_000 : 100];
                    int status = http.send(
                                    HttpRequest.newBuilder(uri("/async-function/echo"))
                                            .header("X-Call-Id", id)
                                            .POST(BodyPublishers.ofByteArray(body))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode();
                    return status == 202 && calls.add(id);
                });
                Clients pushers = new Clients(3, Integer.MAX_VALUE, number -> {
                    try (RegistryClient client = new RegistryClient(uri("/"))) {
                        String digest = client.pushImage(
                                "me/fn" + number % 3,
                                "v" + number,
                                "{\"config\":{},\"n\":" + number + "}",
                                List.of("shared by all", "layer of " + number + " ".repeat(100_000)));
                        images.put("me/fn" + number % 3 + "/manifests/v" + number, digest);
                        return true;
                    }
                });
                Clients writers = new Clients(1, Integer.MAX_VALUE, number -> {
                    String value = "value " + number;
                    int status = http.send(
                                    HttpRequest.newBuilder(uri("/s" + number))
                                            .POST(BodyPublishers.ofString(value))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode();
                    return status == 201 && secrets.put("s" + number, value) == null;
                })) {
            for (int kill = 0; kill < 5; kill++) {
                int wanted = images.size() + 2; // something of each kind between the kills, however busy the machine
                for (int i = 0; i < 600 && (images.size() < wanted || secrets.isEmpty() || calls.isEmpty()); i++) {
                    Thread.sleep(20);
                }
                Thread.sleep(random.nextInt(0, 400));
                killWhileStarting(random.nextInt(50, 800));
                start();
            }
            callers.stop();
            pushers.stop();
            writers.stop();
        }
        killAndStart();

        awaitRuns(calls);
        assertThat(runs.keySet()).containsAll(calls);
        for (Map.Entry<String, String> image : images.entrySet()) {
            requireImage(image.getKey(), image.getValue());
        }
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            assertThat(get("/" + secret.getKey()).body())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo(secret.getValue());
        }
        assertThat(calls).isNotEmpty();
        assertThat(images).isNotEmpty();
        assertThat(secrets).isNotEmpty();
        System.err.println(
                calls.size() + " calls, " + images.size() + " images, " + secrets.size() + " secrets, all there");
    }

    private void requireImage(String reference, String digest) throws Exception {
        HttpResponse<byte[]> manifest = get("/v2/" + reference);
        assertThat(manifest.statusCode()).as(reference).isEqualTo(200);
        assertThat(sha256(manifest.body())).isEqualTo(digest);
        String text = new String(manifest.body(), StandardCharsets.UTF_8);
        String repository = reference.substring(0, reference.indexOf("/manifests/"));
        var blobs = java.util.regex.Pattern.compile("sha256:[a-f0-9]{64}").matcher(text);
        while (blobs.find()) {
            HttpResponse<byte[]> blob = get("/v2/" + repository + "/blobs/" + blobs.group());
            assertThat(blob.statusCode()).as(blobs.group()).isEqualTo(200);
            assertThat(sha256(blob.body())).isEqualTo(blobs.group());
        }
    }

    private void awaitRuns(Set<String> calls) throws InterruptedException {
        for (int i = 0; i < 1200 && !runs.keySet().containsAll(calls); i++) {
            Thread.sleep(50);
        }
    }

    private void killAndStart() throws Exception {
        process.destroyForcibly().waitFor();
        start();
    }

    /** Kills it, and the next one before it is ready, most likely while it recovers. */
    private void killWhileStarting(int millis) throws Exception {
        process.destroyForcibly().waitFor();
        launch();
        Thread.sleep(millis);
        process.destroyForcibly().waitFor();
    }

    private void start() throws Exception {
        launch();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        assertThat(line).as("the port the process prints").isNotNull();
        port = Integer.parseInt(line);
    }

    private void launch() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StateProcess.class.getName(),
                        folder.toString(),
                        "http://" + functions.authority())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofByteArray());
    }

    private static String sha256(byte[] content) throws Exception {
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** What one request does; false or an IOException when it was not acknowledged. */
    private interface Step {
        boolean run(int number) throws Exception;
    }

    /** Clients that work through numbers; a number that was not acknowledged is tried again, as a client would. */
    private static final class Clients implements AutoCloseable {
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopped;

        Clients(int count, int numbers, Step step) {
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < count; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int n = next.getAndIncrement(); n < numbers && !stopped; n = next.getAndIncrement()) {
                        while (!stopped && !attempt(step, n)) {
                            pause();
                        }
                    }
                }));
            }
        }

        private static boolean attempt(Step step, int number) {
            try {
                return step.run(number);
            } catch (IOException e) {
                return false; // the process is gone
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void pause() {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void join() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join();
            }
        }

        void stop() throws InterruptedException {
            stopped = true;
            join();
        }

        @Override
        public void close() throws InterruptedException {
            stop();
        }
    }
}
