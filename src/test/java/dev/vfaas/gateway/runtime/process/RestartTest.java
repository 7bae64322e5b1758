package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
    @TempDir
    Path folder;

    @Test
    void everything_runs_again_as_it_was() throws Exception {
        try (RuntimeBench bench = new RuntimeBench(folder, quick())) {
            bench.image("three", "v1");
            bench.image("zero", "v1");
            bench.runtime.deploy(function("three"));
            bench.runtime.deploy(function("zero"));
            bench.runtime.scale(key("three"), 3);
            bench.awaitReady("three", 3);
            bench.runtime.scale(key("zero"), 0);
            String created = bench.status("three").createdAt();

            bench.restart(quick());

            bench.awaitReady("three", 3);
            assertThat(bench.status("three").createdAt()).isEqualTo(created);
            assertThat(bench.status("zero").replicas()).isZero();
            assertThat(bench.live("zero").endpoints()).isEmpty();
            assertThat(bench.call("zero", "/")).isEqualTo("v1");
            assertThat(bench.logLines("three").stream().filter("listening v1\n"::equals))
                    .hasSize(6);
        }
    }

    @Test
    void what_a_killed_gateway_left_running_is_ended_and_nothing_else() throws Exception {
        Process bystander = new ProcessBuilder("sleep", "300").start();
        Process gateway = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Long> replicas = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(gateway.getInputStream()))) {
            String line;
            while (replicas.size() < 3 && (line = out.readLine()) != null) {
                replicas.add(Long.parseLong(line));
            }
        }
        gateway.destroyForcibly().waitFor();
        assertThat(replicas).hasSize(3).allMatch(RestartTest::alive);
        // the record of a process whose number now belongs to somebody else
        Path foreign = Files.createDirectories(folder.resolve("data/replicas/old-1-abc"));
        Files.writeString(foreign.resolve("process"), Leftovers.record(bystander.toHandle()));

        try (RuntimeBench bench = new RuntimeBench(folder, quick())) {
            assertThat(replicas).noneMatch(RestartTest::alive);
            assertThat(bystander.isAlive()).isTrue();
            bench.awaitReady("hello", 2);
            assertThat(bench.call("hello", "/")).isEqualTo("v1");
        } finally {
            bystander.destroyForcibly();
        }
    }

    private static boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return ProcessHandle.of(pid).isPresent() && !Files.isDirectory(Path.of("/proc/self"));
        }
    }

    /** A gateway's runtime in a virtual machine of its own; prints the numbers of its replicas' processes, of which one has left its group. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            RuntimeBench bench = new RuntimeBench(Path.of(args[0]), quick());
            bench.images.put(
                    "hello:latest",
                    Map.of(
                            "index.py",
                            "import os, subprocess\nif 'DAEMON' not in os.environ: subprocess.Popen(['setsid', 'sleep', '300'])\n"
                                    + RuntimeBench.SERVER.formatted("v1")),
                    "python3",
                    "index.py");
            bench.runtime.deploy(function("hello", Map.of("com.openfaas.scale.min", "2")));
            bench.awaitReady("hello", 2);
            List<ProcessHandle> servers = ProcessHandle.current().children().toList();
            servers.forEach(server -> System.out.println(server.pid()));
            await(() -> servers.stream()
                    .anyMatch(server -> server.children().findAny().isPresent()));
            servers.stream()
                    .flatMap(ProcessHandle::children)
                    .findFirst()
                    .ifPresent(daemon -> System.out.println(daemon.pid()));
            System.out.flush();
            Thread.sleep(60_000);
        }
    }
}
