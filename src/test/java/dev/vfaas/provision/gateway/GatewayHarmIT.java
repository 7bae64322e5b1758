package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Compilers;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No call fails while functions and the gateway are updated and pods are taken away and killed; of two gateways one is killed, and only calls in it fail. The
 * short version of what {@code scripts/bench harm gatewaykill} measures.
 */
class GatewayHarmIT {
    private static final Path BASE = Path.of(System.getProperty("vfaas.basedir", "."));
    private static final int MINUTES = 15;

    @Test
    void noCallFailsThatTheFunctionDidNotFailItself(@TempDir Path folder) throws IOException, InterruptedException {
        Compilers.go();
        Testbed.withKubernetes().close(); // skips the test where there can be none
        Path said = folder.resolve("said");
        ProcessBuilder bench = new ProcessBuilder(
                        BASE.resolve("scripts/bench").toAbsolutePath().toString(), "harm", "gatewaykill")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        bench.environment().put("VFAAS_BENCH_MINUTES", "0.5"); // or as long as the updates take
        bench.environment().put("VFAAS_BENCH_TURNS", "2");
        bench.environment().put("VFAAS_TRAIN", "off"); // nothing of this is about how fast the command starts
        Process process = bench.start();
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as(Files.readString(said))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(said)).isZero();
            assertThat(Files.readString(said)).contains("0 of ", "none lost");
        } finally {
            process.destroy(); // it ends what it started
            process.waitFor(2, TimeUnit.MINUTES);
        }
    }
}
