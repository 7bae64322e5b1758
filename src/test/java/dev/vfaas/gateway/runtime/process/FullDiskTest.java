package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    Path folder;

    private boolean mounted;

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", "-l", roots().toString())).isTrue();
        }
    }

    @Test
    void an_image_that_does_not_fit_is_refused_and_what_runs_goes_on() throws Exception {
        Files.createDirectories(roots());
        mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "vfaas-test", roots().toString());
        assumeTrue(mounted, "needs to mount a small file system");
        try (RuntimeBench bench = new RuntimeBench(folder, quick())) {
            bench.image("hello", "v1");
            bench.runtime.deploy(function("hello"));
            bench.awaitReady("hello", 1);
            bench.images.put("big:latest", Map.of("data", "x".repeat(1 << 20)), "sh", "data");
            assertThatThrownBy(() -> bench.runtime.deploy(function("big")))
                    .isInstanceOfSatisfying(
                            RuntimeFailure.class,
                            failure -> assertThat(failure.kind()).isEqualTo(RuntimeFailure.Kind.NO_SPACE))
                    .hasMessageContaining("the disk is full");
            assertThat(bench.call("hello", "/")).isEqualTo("v1");
            assertThat(bench.in("roots")).hasSize(1);
            assertThat(bench.live("big")).isNull();

            bench.image("hello", "v2"); // and there is room again for what fits
            bench.runtime.update(function("hello"));
            bench.awaitReady("hello", 1);
            assertThat(bench.call("hello", "/")).isEqualTo("v2");
        }
    }

    private Path roots() {
        return folder.resolve("data/roots");
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
