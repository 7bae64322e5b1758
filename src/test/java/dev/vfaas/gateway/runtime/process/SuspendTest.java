package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuspendTest {
    @TempDir
    Path folder;

    private RuntimeBench bench;

    @BeforeEach
    void open() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "reads process states from /proc");
        bench = new RuntimeBench(folder, quick().withSuspendAfter(Duration.ofMillis(100)));
        bench.image("hello", "v1");
    }

    @AfterEach
    void close() {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    void an_idle_replica_is_stopped_and_goes_on_with_the_next_call() throws Exception {
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        String pid = bench.call("hello", "/pid");
        for (int round = 0; round < 3; round++) {
            await(() -> state(pid) == 'T');
            assertThat(bench.note("hello", "dev.vfaas.status")).isEqualTo("Ready");
            await(() -> bench.note("hello", "dev.vfaas.status.reason").equals("1 of 1 replica suspended while idle"));
            assertThat(bench.call("hello", "/pid")).isEqualTo(pid);
            assertThat(bench.note("hello", "dev.vfaas.status.reason")).isEmpty();
        }
    }

    @Test
    void a_replica_with_a_call_in_flight_goes_on() throws Exception {
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        String pid = bench.call("hello", "/pid");
        Endpoint endpoint = bench.live("hello").endpoints().getFirst();
        assertThat(endpoint.tryAcquire()).isTrue();
        Thread.sleep(500);
        assertThat(state(pid)).isNotEqualTo('T');
        endpoint.release();
        await(() -> state(pid) == 'T');
    }

    @Test
    void no_call_is_lost_in_the_moment_of_suspending() throws Exception {
        bench.restart(quick().withSuspendAfter(Duration.ofMillis(2)));
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        for (int i = 0; i < 400; i++) {
            assertThat(bench.call("hello", "/")).isEqualTo("v1");
            Thread.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextInt(4_000_000)));
        }
    }

    @Test
    void suspended_replicas_can_be_stopped() throws Exception {
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        String pid = bench.call("hello", "/pid");
        await(() -> state(pid) == 'T');
        bench.runtime.scale(key("hello"), 0);
        await(() -> state(pid) == '-');
        assertThat(bench.note("hello", "dev.vfaas.status")).isEqualTo("ScaledToZero");
        assertThat(bench.call("hello", "/")).isEqualTo("v1");
    }

    @Test
    void a_suspended_replica_that_is_killed_is_replaced() throws Exception {
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        String pid = bench.call("hello", "/pid");
        await(() -> state(pid) == 'T');
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
        await(() -> !bench.live("hello").endpoints().isEmpty()
                && bench.status("hello").availableReplicas() == 1
                && state(pid) == '-');
        assertThat(bench.call("hello", "/pid")).isNotEqualTo(pid);
    }

    @Test
    void a_function_can_ask_not_to_be_suspended() throws Exception {
        bench.runtime.deploy(function("hello", Map.of(Suspender.LABEL, "false")));
        bench.awaitReady("hello", 1);
        String pid = bench.call("hello", "/pid");
        Thread.sleep(500);
        assertThat(state(pid)).isNotEqualTo('T');
    }

    /** The state letter of a process, {@code -} when there is none. */
    private static char state(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return '-';
        }
    }
}
