package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.scaling.Autoscaler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoscalingTest {
    @TempDir
    Path folder;

    private RuntimeBench bench;
    private Autoscaler autoscaler;

    @BeforeEach
    void open() throws Exception {
        bench = new RuntimeBench(folder, quick());
        bench.image("hello", "v1");
        autoscaler = Autoscaler.start(bench.runtime, Duration.ofMillis(50), line -> {});
    }

    @AfterEach
    void close() {
        autoscaler.close();
        bench.close();
    }

    @Test
    void calls_at_once_bring_replicas_and_their_end_takes_them_away() throws Exception {
        bench.runtime.deploy(function(
                "hello",
                Map.of(
                        "com.openfaas.scale.type", "capacity",
                        "com.openfaas.scale.target", "1",
                        "com.openfaas.scale.target-proportion", "1",
                        "com.openfaas.scale.max", "4",
                        "com.openfaas.scale.down.window", "300ms")));
        bench.awaitReady("hello", 1);
        LiveFunction function = bench.live("hello");
        for (int i = 0; i < 6; i++) {
            function.load().begin();
        }
        bench.awaitReady("hello", 4);
        for (int i = 0; i < 6; i++) {
            function.load().end();
        }
        bench.awaitReady("hello", 1);
        assertThat(bench.status("hello").replicas()).isEqualTo(1);

        bench.runtime.scale(key("hello"), 3); // by hand: kept
        bench.awaitReady("hello", 3);
        Thread.sleep(1_000);
        assertThat(bench.status("hello").replicas()).isEqualTo(3);
    }

    @Test
    void an_idle_function_goes_to_zero_and_a_herd_of_calls_shares_one_start() throws Exception {
        bench.runtime.deploy(function(
                "hello",
                Map.of(
                        "com.openfaas.scale.min", "0",
                        "com.openfaas.scale.type", "capacity",
                        "com.openfaas.scale.target", "500",
                        "com.openfaas.scale.zero-duration", "300ms")));
        bench.awaitReady("hello", 1); // even with a minimum of 0 one starts, so that its health is known
        await(() -> bench.status("hello").replicas() == 0);
        await(() -> bench.live("hello").endpoints().isEmpty());
        int before = bench.logLines("hello").size();

        LiveFunction function = bench.live("hello");
        List<CompletionStage<Void>> held = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            function.load().begin();
            held.add(function.activate());
        }
        for (CompletionStage<Void> call : held) {
            call.toCompletableFuture().get();
        }
        assertThat(function.endpoints()).hasSize(1);
        assertThat(bench.call("hello", "/")).isEqualTo("v1");
        assertThat(bench.logLines("hello")
                        .subList(before, bench.logLines("hello").size()))
                .containsOnlyOnce("listening v1\n");
        for (int i = 0; i < 200; i++) {
            function.load().end();
        }
    }

    @Test
    void held_calls_are_told_when_the_function_is_removed() throws Exception {
        bench.images.put("slow:latest", Map.of("index.py", "import time; time.sleep(60)"), "python3", "index.py");
        bench.runtime.deploy(function("slow"));
        CompletionStage<Void> held = bench.live("slow").activate();
        bench.runtime.remove(key("slow"));
        assertThat(held.toCompletableFuture())
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("was removed");
    }
}
