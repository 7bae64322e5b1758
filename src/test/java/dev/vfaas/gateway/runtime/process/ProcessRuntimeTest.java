package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest {
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
    void a_deployed_function_answers_with_its_environment() throws Exception {
        bench.image("hello", "v1");
        bench.secrets.create("openfaas-fn", "token", Secret.of("s3cret"));
        bench.runtime.deploy(new FunctionDeployment(
                "hello",
                "hello:latest",
                null,
                "python3 index.py",
                Map.of("colour", "green"),
                List.of(),
                List.of("token"),
                Map.of(),
                Map.of(),
                null,
                null,
                false));
        bench.live("hello").activate().toCompletableFuture().get();

        assertThat(bench.call("hello", "/")).isEqualTo("v1");
        assertThat(bench.call("hello", "/env/colour")).isEqualTo("green");
        assertThat(bench.call("hello", "/env/IN_IMAGE")).isEqualTo("yes");
        assertThat(bench.call("hello", "/env/fprocess")).isEqualTo("python3 index.py");
        assertThat(bench.call("hello", "/env/VFAAS_BIND")).isEqualTo("127.0.0.1");
        assertThat(bench.call("hello", "/env/OPENFAAS_NAME")).isEqualTo("hello");
        assertThat(bench.call("hello", "/env/OPENFAAS_NAMESPACE")).isEqualTo("openfaas-fn");
        assertThat(bench.call("hello", "/secret/token")).isEqualTo("s3cret");
        assertThat(Path.of(bench.call("hello", "/env/TMPDIR"))).isDirectory();
        assertThat(bench.status("hello").availableReplicas()).isEqualTo(1);
        assertThat(bench.note("hello", "dev.vfaas.status")).isEqualTo("Ready");
        assertThat(bench.logLines("hello")).contains("listening v1\n");
        if (Files.exists(Path.of("/proc/self/statm"))) {
            assertThat(bench.runtime.find(key("hello"), true).usage().totalMemoryBytes())
                    .isBetween(1e6, 1e9);
        }
    }

    @Test
    void removing_ends_the_process_and_leaves_nothing_behind() throws Exception {
        bench.image("hello", "v1");
        bench.runtime.deploy(function("hello"));
        bench.live("hello").activate().toCompletableFuture().get();
        long pid = Long.parseLong(bench.call("hello", "/pid"));

        bench.runtime.remove(key("hello"));

        assertThat(bench.live("hello")).isNull();
        await(() -> ProcessHandle.of(pid).isEmpty());
        await(() -> bench.images.pins.isEmpty());
        await(() -> files("roots").isEmpty()
                && files("replicas").isEmpty()
                && files("logs").isEmpty());
        assertThatThrownBy(() -> bench.runtime.remove(key("hello"))).isInstanceOf(RuntimeFailure.class);
    }

    @Test
    void what_cannot_run_is_refused_and_not_kept() throws Exception {
        bench.image("hello", "v1");
        bench.images.put("nothing:latest", Map.of("a", "b"), "no-such-interpreter", "x");
        assertThatThrownBy(() -> bench.runtime.deploy(function("Bad_Name")))
                .hasMessage("validation failed: service: (Bad_Name) is invalid, must be a valid DNS entry");
        assertThatThrownBy(() -> bench.runtime.deploy(function("unknown"))).hasMessage("no image unknown:latest");
        assertThatThrownBy(() -> bench.runtime.deploy(function("nothing")))
                .hasMessageStartingWith("no-such-interpreter is not on the gateway's PATH");
        assertThatThrownBy(() -> bench.runtime.deploy(function("hello", Map.of("com.openfaas.scale.type", "disk"))))
                .hasMessage("com.openfaas.scale.type is \"disk\"; this gateway scales by rps, capacity or cpu");
        assertThat(bench.runtime.list("openfaas-fn")).isEmpty();
        await(() -> bench.images.pins.isEmpty());

        bench.runtime.deploy(function("hello"));
        assertThatThrownBy(() -> bench.runtime.deploy(function("hello"))).hasMessageContaining("already exists");
    }

    @Test
    void a_replica_that_finds_its_port_taken_gets_another() throws Exception {
        Path thief = folder.resolve("thief");
        bench.images.put(
                "hello:latest",
                Map.of(
                        "index.py",
                        "import os, socket, subprocess, sys\n"
                                + "if not os.path.exists('" + thief + "'):\n"
                                + "    taken = socket.socket(); taken.bind(('127.0.0.1', int(os.environ['port']))); taken.listen()\n"
                                + "    taken.set_inheritable(True)\n"
                                + "    other = subprocess.Popen(['setsid', 'sleep', '60'], close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
                                + "    open('" + thief + "', 'w').write(str(other.pid))\n"
                                + "    import time; time.sleep(0.2); os._exit(1)\n"
                                + RuntimeBench.SERVER.formatted("v1")),
                "python3",
                "index.py");
        bench.runtime.deploy(function("hello"));
        bench.awaitReady("hello", 1);
        ProcessHandle.of(Long.parseLong(Files.readString(thief))).ifPresent(ProcessHandle::destroyForcibly);

        assertThat(bench.call("hello", "/")).isEqualTo("v1");
        assertThat(bench.logLines("hello"))
                .anyMatch(line -> line.matches("vfaas: port [0-9]+ was taken by another process; trying another\n"));
        assertThat(bench.note("hello", "dev.vfaas.status.reason")).isEmpty(); // nobody's fault
    }

    @Test
    void closing_waits_for_replicas_that_are_being_drained() throws Exception {
        bench.image("hello", "v1");
        bench.image("gone", "v1");
        bench.runtime.deploy(function("hello"));
        bench.runtime.deploy(function("gone"));
        bench.awaitReady("hello", 1);
        bench.awaitReady("gone", 1);
        long old = Long.parseLong(bench.call("hello", "/pid"));
        long gone = Long.parseLong(bench.call("gone", "/pid"));
        Endpoint held = bench.live("hello").endpoints().getFirst();
        Endpoint alsoHeld = bench.live("gone").endpoints().getFirst();
        assertThat(held.tryAcquire() && alsoHeld.tryAcquire()).isTrue();
        bench.runtime.remove(key("gone"));
        bench.image("hello", "v2");
        bench.runtime.update(function("hello"));
        bench.awaitReady("hello", 1);
        assertThat(List.of(old, gone)).allMatch(pid -> ProcessHandle.of(pid).isPresent());

        bench.runtime.close();

        assertThat(List.of(old, gone)).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    private List<Path> files(String name) {
        try {
            return bench.in(name);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
