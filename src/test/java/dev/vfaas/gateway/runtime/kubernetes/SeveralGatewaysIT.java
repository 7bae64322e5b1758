package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.GatewayMain;
import java.io.IOException;
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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two gateway processes over a real Kubernetes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralGatewaysIT {
    private static final String PASSWORD = "correct horse";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Running> gateways = new ArrayList<>();
    private KubernetesBed bed;
    private Path folder;

    private record Running(Process process, int port, Path log) {
        String text() {
            try {
                return Files.readString(log);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        boolean leads() {
            String text = text();
            return process.isAlive()
                    && text.lastIndexOf(" decides about replicas") > text.lastIndexOf("no longer decides");
        }
    }

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        this.folder = folder;
        Files.writeString(folder.resolve("password"), PASSWORD);
        bed = new KubernetesBed(folder);
        gateways.add(start("a"));
        gateways.add(start("b"));
    }

    @AfterAll
    void close() {
        gateways.forEach(gateway -> gateway.process().destroyForcibly());
        client.close();
        if (bed != null) {
            bed.close();
        }
    }

    private Running start(String name) throws Exception {
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                GatewayMain.class.getName(),
                "--runtime",
                "kubernetes",
                "--kubeconfig",
                bed.kubeconfig.toString(),
                "--port",
                "0",
                "--data-dir",
                folder.resolve(name).toString());
        builder.environment()
                .put("VFAAS_PASSWORD_FILE", folder.resolve("password").toString());
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        Matcher port = await(name + " listens", () -> {
            Matcher found =
                    Pattern.compile("listening address=127.0.0.1:(\\d+)").matcher(Files.readString(log));
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            return found.find() ? found : null;
        });
        return new Running(process, Integer.parseInt(port.group(1)), log);
    }

    private static <T> T await(String what, Callable<T> look) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            T seen = look.call();
            if (seen != null) {
                return seen;
            }
            Thread.sleep(200);
        }
        throw new AssertionError(what + ": not within " + PATIENCE);
    }

    private HttpRequest.Builder request(Running gateway, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
    }

    private void deploy(String name, String labels) throws Exception {
        HttpResponse<String> response = client.send(
                request(gateways.getFirst(), "/system/functions")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"service\":\"" + name + "\",\"image\":\""
                                + KubernetesBed.IMAGE + "\",\"labels\":{" + labels + "}}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        await(name + " is known to all", () -> {
            for (Running gateway : gateways) {
                if (gateway.process().isAlive() && status(gateway, "/system/function/" + name) != 200) {
                    return null;
                }
            }
            return name;
        });
    }

    private int status(Running gateway, String path) throws Exception {
        return client.send(request(gateway, path).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private CompletableFuture<Integer> call(Running gateway, String path) {
        return client.sendAsync(request(gateway, "/function/" + path).build(), HttpResponse.BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
    }

    private int replicas(String name) {
        return Integer.parseInt(bed.kubectl("get deployment " + name + " -n openfaas-fn -o jsonpath={.spec.replicas}")
                .strip());
    }

    private Running leader() throws Exception {
        return await(
                "a gateway leads",
                () -> gateways.stream().filter(Running::leads).findFirst().orElse(null));
    }

    @Test
    void one_decides_by_the_load_of_all_and_another_takes_over() throws Exception {
        Running first = leader();
        Running second = gateways.get(1 - gateways.indexOf(first));
        assertThat(second.leads()).isFalse();

        String zero = "\"com.openfaas.scale.min\":\"2\",\"com.openfaas.scale.type\":\"capacity\","
                + "\"com.openfaas.scale.target\":\"100\"";
        deploy("herd", zero);
        await("it runs", () -> status(second, "/function/herd") == 200 ? 1 : null);
        client.send(
                request(first, "/system/scale-function/herd")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"serviceName\":\"herd\",\"replicas\":0}"))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        await("it is at zero", () -> replicas("herd") == 0 ? 0 : null);
        long before = generation("herd");
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            calls.add(call(gateways.get(i % 2), "herd/"));
        }
        for (CompletableFuture<Integer> call : calls) {
            assertThat(call.get()).isEqualTo(200);
        }
        assertThat(replicas("herd")).isEqualTo(2);
        assertThat(generation("herd"))
                .as("one change, not one for each gateway")
                .isEqualTo(before + 1);

        // five calls at a time are one replica's; ten come through each gateway
        String five = "\"com.openfaas.scale.type\":\"capacity\",\"com.openfaas.scale.target\":\"5\","
                + "\"com.openfaas.scale.target-proportion\":\"1\",\"com.openfaas.scale.down.window\":\"1s\"";
        deploy("slow", five);
        await("it runs", () -> status(second, "/function/slow") == 200 ? 1 : null);
        List<CompletableFuture<Integer>> slow = slowCalls(first, second);
        await("as many as all load asks for", () -> replicas("slow") == 4 ? 4 : null);
        for (CompletableFuture<Integer> call : slow) {
            assertThat(call.get()).isEqualTo(200);
        }
        await("one without load", () -> replicas("slow") == 1 ? 1 : null);

        first.process().destroyForcibly().waitFor();
        long killed = System.nanoTime();
        await("the other takes over", () -> second.leads() ? 1 : null);
        System.out.println("took over after "
                + Duration.ofNanos(System.nanoTime() - killed).toMillis() + " ms");
        List<CompletableFuture<Integer>> more = slowCalls(second, second);
        await("it scales", () -> replicas("slow") == 4 ? 4 : null);
        for (CompletableFuture<Integer> call : more) {
            assertThat(call.get()).isEqualTo(200);
        }
        await("and back, when the lease of the dead one has run out", () -> replicas("slow") == 1 ? 1 : null);

        second.process().destroy();
        assertThat(second.process().waitFor()).isEqualTo(143);
        assertThat(bed.kubectl("get leases -n default -o name")).isBlank();
    }

    private List<CompletableFuture<Integer>> slowCalls(Running one, Running other) {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(call(i % 2 == 0 ? one : other, "slow/sleep/15"));
        }
        return calls;
    }

    private long generation(String name) {
        return Long.parseLong(
                bed.kubectl("get deployment " + name + " -n openfaas-fn -o jsonpath={.metadata.generation}")
                        .strip());
    }
}
