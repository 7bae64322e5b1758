package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.openfaas.FunctionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers of metrics.k8s.io/v1beta1, in the form metrics-server gives them. */
class UsageTest {
    private static final String TWO_PODS = """
            {"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"selfLink":
             "/apis/metrics.k8s.io/v1beta1/namespaces/openfaas-fn/pods"},"items":[
             {"metadata":{"name":"hello-6c4f","namespace":"openfaas-fn","creationTimestamp":"2026-11-23T12:00:10Z",
              "labels":{"faas_function":"hello"}},"timestamp":"2026-11-23T12:00:02Z","window":"15.028s",
              "containers":[{"name":"hello","usage":{"cpu":"1250000n","memory":"9216Ki"}}]},
             {"metadata":{"name":"hello-6c5a","namespace":"openfaas-fn","creationTimestamp":"2026-11-23T12:00:10Z"},
              "timestamp":"2026-11-23T12:00:04Z","window":"14.5s",
              "containers":[{"name":"hello","usage":{"cpu":"248750u","memory":"10Mi"}}]}]}""";

    @Test
    void the_use_of_all_pods_is_added() throws Exception {
        FunctionStatus.Usage usage = Usage.sum(new ObjectMapper().readTree(TWO_PODS));
        assertThat(usage).isNotNull();
        assertThat(usage.cpu()).isEqualTo(250, within(1e-9));
        assertThat(usage.totalMemoryBytes()).isEqualTo(9216 * 1024.0 + 10 * 1024 * 1024);
    }

    @Test
    void before_the_first_measurement_nothing_is_known() throws Exception {
        assertThat(Usage.sum(new ObjectMapper().readTree("{\"kind\":\"PodMetricsList\",\"items\":[]}")))
                .isNull();
    }

    @Test
    @Timeout(60)
    void an_api_that_hangs_holds_up_nobody_and_what_it_said_counts_for_a_minute(@TempDir Path folder) throws Exception {
        AtomicLong now = new AtomicLong();
        AtomicReference<CountDownLatch> hold = new AtomicReference<>(new CountDownLatch(0));
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        api.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        api.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            try {
                hold.get().await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            byte[] body = TWO_PODS.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        api.start();
        Path kubeconfig = Files.writeString(
                folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: c
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                contexts: [{name: c, context: {cluster: c, user: u}}]
                users: [{name: u, user: {}}]
                """.formatted(api.getAddress().getPort()));
        CountDownLatch hangs = new CountDownLatch(1);
        try (Cluster cluster = Cluster.of(kubeconfig)) {
            Usage usage = new Usage(cluster, now::get);
            assertThat(usage.lately("openfaas-fn", List.of("hello-6c4f"))).isNull();
            await(() -> usage.lately("openfaas-fn", List.of("hello-6c4f")) != null);
            ResourceUse both = usage.lately("openfaas-fn", List.of("hello-6c4f", "hello-6c5a", "not-measured"));
            assertThat(both).isNotNull();
            assertThat(both.milliCpu()).isEqualTo(250, within(1e-9));
            assertThat(usage.lately("openfaas-fn", List.of("other"))).isNull();
            assertThat(asked)
                    .containsExactly(
                            "/apis/metrics.k8s.io/v1beta1/namespaces/openfaas-fn/pods?labelSelector=" + Marks.FUNCTION);

            hold.set(hangs);
            now.addAndGet(TimeUnit.SECONDS.toNanos(11));
            assertThat(usage.lately("openfaas-fn", List.of("hello-6c4f"))).isNotNull();
            await(() -> asked.size() == 2);
            assertThat(usage.lately("openfaas-fn", List.of("hello-6c4f"))).isNotNull();
            now.addAndGet(TimeUnit.SECONDS.toNanos(50));
            assertThat(usage.lately("openfaas-fn", List.of("hello-6c4f"))).isNull();
            hangs.countDown();
            await(() -> usage.lately("openfaas-fn", List.of("hello-6c4f")) != null);
        } finally {
            hangs.countDown();
            api.stop(0);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) { // the test's own limit ends it
            Thread.sleep(10);
        }
    }
}
