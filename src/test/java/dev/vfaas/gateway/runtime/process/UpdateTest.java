package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdateTest {
    @TempDir
    Path folder;

    private RuntimeBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new RuntimeBench(folder, quick());
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void no_call_fails_while_versions_change_under_load() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello", Map.of("com.openfaas.scale.min", "2")));
        bench.awaitReady("hello", 2);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        Set<String> answers = ConcurrentHashMap.newKeySet();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(Thread.startVirtualThread(() -> {
                while (!over.get()) {
                    try {
                        answers.add(bench.call("hello", calls.incrementAndGet() % 50 == 0 ? "/sleep/0.3" : "/"));
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (String version : List.of("v2", "v3")) {
            bench.image("hello", version);
            bench.runtime.update(function("hello", Map.of("com.openfaas.scale.min", "2")));
            bench.awaitReady("hello", 2);
            await(() -> bench.note("hello", "dev.vfaas.status").equals("Ready"));
            assertThat(bench.call("hello", "/")).isEqualTo(version);
            await(() -> answers.contains(version));
        }
        over.set(true);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(failures).isEmpty();
        assertThat(answers).containsExactlyInAnyOrder("v1", "v2", "v3");
        await(() -> bench.images.pins.size() == 1);
    }

    @Test
    void a_version_that_cannot_start_leaves_the_old_one_serving_and_says_why() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        bench.images.put(
                "hello:latest",
                Map.of("index.py", "import sys; print('no module named x'); sys.exit(3)"),
                "python3",
                "index.py");
        bench.runtime.update(function("hello"));

        await(() -> bench.note("hello", "dev.vfaas.status").equals("UpdateFailed"));
        assertThat(bench.note("hello", "dev.vfaas.status.reason"))
                .startsWith("exited 3 after")
                .contains("no module named x");
        assertThat(bench.note("hello", "dev.vfaas.revision")).isEqualTo("2");
        assertThat(bench.note("hello", "dev.vfaas.revision.serving")).isEqualTo("1");
        assertThat(bench.status("hello").availableReplicas()).isZero();
        assertThat(bench.call("hello", "/")).isEqualTo("v1");

        bench.restart(quick()); // and it does so over a restart
        await(() -> !bench.live("hello").endpoints().isEmpty());
        assertThat(bench.call("hello", "/")).isEqualTo("v1");
        await(() -> bench.note("hello", "dev.vfaas.status").equals("UpdateFailed"));

        bench.image("hello", "v3");
        bench.runtime.update(function("hello"));
        bench.awaitReady("hello", 1);
        assertThat(bench.call("hello", "/")).isEqualTo("v3");
        assertThat(bench.note("hello", "dev.vfaas.revision.serving")).isEqualTo("3");
    }

    @Test
    void a_version_that_never_gets_ready_is_given_up_after_the_deadline() throws Exception {
        bench.restart(quick().withStartDeadline(Duration.ofSeconds(1)));
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        bench.images.put("hello:latest", Map.of("index.py", "import time; time.sleep(99)"), "python3", "index.py");
        bench.runtime.update(function("hello"));
        await(() -> bench.note("hello", "dev.vfaas.status").equals("UpdateFailed"));
        assertThat(bench.note("hello", "dev.vfaas.status.reason")).startsWith("was not ready within 1 s");
        assertThat(bench.call("hello", "/")).isEqualTo("v1");
    }

    @Test
    void the_newest_of_several_updates_wins() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        for (int version = 2; version <= 6; version++) {
            bench.image("hello", "v" + version);
            bench.runtime.update(function("hello"));
        }
        bench.awaitReady("hello", 1);
        assertThat(bench.note("hello", "dev.vfaas.revision")).isEqualTo("6");
        await(() -> bench.note("hello", "dev.vfaas.revision.serving").equals("6"));
        assertThat(bench.call("hello", "/")).isEqualTo("v6");
        await(() -> bench.images.pins.size() == 1);
        await(() -> replicas() == 1);
    }

    @Test
    void a_call_in_flight_is_finished_before_its_replica_goes() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        Endpoint old = bench.live("hello").endpoints().getFirst();
        assertThat(old.tryAcquire()).isTrue();
        bench.image("hello", "v2");
        bench.runtime.update(function("hello"));
        bench.awaitReady("hello", 1);

        assertThat(bench.live("hello").endpoints()).doesNotContain(old);
        assertThat(old.tryAcquire()).isFalse();
        assertThat(bench.get(old, "/")).isEqualTo("v1");
        old.release();
        await(() -> replicas() == 1);
    }

    @Test
    void a_function_at_zero_stays_there_and_starts_the_new_version() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        bench.runtime.scale(key("hello"), 0);
        bench.image("hello", "v2");
        bench.runtime.update(function("hello"));
        assertThat(bench.status("hello").replicas()).isZero();
        assertThat(bench.note("hello", "dev.vfaas.revision.serving")).isEqualTo("2");
        assertThat(bench.call("hello", "/")).isEqualTo("v2");
    }

    private int replicas() {
        try {
            return bench.in("replicas").size();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
