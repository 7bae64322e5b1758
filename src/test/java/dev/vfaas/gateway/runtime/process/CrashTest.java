package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
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
    void a_crashed_replica_is_started_again_and_the_crash_shows() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        Endpoint first = bench.live("hello").endpoints().getFirst();
        assertThatThrownBy(() -> bench.call("hello", "/crash/7")).isInstanceOf(java.io.IOException.class);

        await(() -> !bench.live("hello").endpoints().isEmpty()
                && bench.live("hello").endpoints().getFirst() != first);
        assertThat(first.tryAcquire()).isFalse();
        assertThat(bench.call("hello", "/")).isEqualTo("v1");
        assertThat(bench.logLines("hello")).anyMatch(line -> line.startsWith("vfaas: replica exited 7 after"));
        assertThat(bench.note("hello", "dev.vfaas.status")).isEqualTo("Ready");
        assertThat(bench.note("hello", "dev.vfaas.status.reason"))
                .startsWith("exited 7 after")
                .contains("1 restart");
    }

    @Test
    void a_function_that_always_crashes_is_tried_less_and_less_and_calls_are_refused() throws Exception {
        bench.images.put("bad:latest", Map.of("run.sh", "#!/bin/sh\necho going down; exit 5"), "./run.sh");
        bench.runtime.deploy(function("bad"));
        assertThatThrownBy(
                        () -> bench.live("bad").activate().toCompletableFuture().join())
                .cause()
                .isInstanceOfSatisfying(
                        RuntimeFailure.class,
                        failure -> assertThat(failure.kind()).isEqualTo(RuntimeFailure.Kind.UNAVAILABLE))
                .hasMessageContaining("exited 5");
        await(() -> bench.note("bad", "dev.vfaas.status").equals("CrashLoop"));
        await(() -> bench.note("bad", "dev.vfaas.status.reason").contains("3 restarts, next try in"));
        assertThat(bench.note("bad", "dev.vfaas.status.reason")).contains("going down");
        assertThat(bench.logLines("bad")).contains("going down\n");
    }

    @Test
    void a_killed_replica_is_replaced_with_its_descendants_ended() throws Exception {
        bench.images.put(
                "tree:latest",
                Map.of(
                        "run.sh",
                        "#!/bin/sh\nsleep 300 &\necho $! > \"$TMPDIR/../../child\"\npython3 index.py",
                        "index.py",
                        RuntimeBench.SERVER.formatted("v1")),
                "./run.sh");
        bench.runtime.deploy(function("tree"));
        bench.awaitReady("tree", 1);
        long child = Long.parseLong(java.nio.file.Files.readString(folder.resolve("data/replicas/child"))
                .strip());
        long server = Long.parseLong(bench.call("tree", "/pid"));
        assertThat(ProcessHandle.of(child)).isPresent();
        ProcessHandle leader = ProcessHandle.of(server).orElseThrow().parent().orElseThrow();
        leader.destroyForcibly();
        await(() -> !alive(child) && !alive(server));
        bench.awaitReady("tree", 1);
        assertThat(bench.call("tree", "/")).isEqualTo("v1");
    }

    @Test
    void a_replica_that_no_longer_listens_is_replaced_when_a_call_finds_out() throws Exception {
        bench.images.put(
                "deaf:latest",
                Map.of(
                        "index.py",
                        RuntimeBench.SERVER
                                .formatted("v1")
                                .replace("os._exit(int(parts[2]))", "self.server.socket.close() or time.sleep(100)")),
                "python3",
                "index.py");
        bench.runtime.deploy(function("deaf"));
        bench.awaitReady("deaf", 1);
        Endpoint first = bench.live("deaf").endpoints().getFirst();
        Thread.startVirtualThread(() -> {
            try {
                bench.get(first, "/crash/0");
            } catch (Exception e) {
                // it never answers
            }
        });
        await(() -> !Readiness.of(function("deaf")).listens(first.port()));
        first.unreachable();
        await(() -> !bench.live("deaf").endpoints().contains(first)
                && !bench.live("deaf").endpoints().isEmpty());
        assertThat(bench.logLines("deaf")).anyMatch(line -> line.contains("nothing listens on the replica's port"));
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }
}
