package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {
    @Test
    void theDataLivesUnderXdg() {
        assertThat(GatewayConfig.parse(List.of(), Map.of("XDG_DATA_HOME", "/x", "HOME", "/h"))
                        .dataDirectory())
                .isEqualTo(Path.of("/x/vfaas/gateway"));
        assertThat(GatewayConfig.parse(List.of(), Map.of("HOME", "/h")).dataDirectory())
                .isEqualTo(Path.of("/h/.local/share/vfaas/gateway"));
    }

    @Test
    void optionsWinOverTheEnvironmentAndThatOverDefaults() {
        Map<String, String> environment =
                Map.of("HOME", "/h", "VFAAS_UPSTREAM_TIMEOUT", "2m", "VFAAS_ACTIVATION_TIMEOUT", "5s");
        GatewayConfig config = GatewayConfig.parse(
                List.of("--port=0", "--host", "0.0.0.0", "--upstream-timeout", "1500ms"), environment);
        assertThat(config.port()).isZero();
        assertThat(config.host()).isEqualTo("0.0.0.0");
        assertThat(config.upstreamTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(config.activationTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void theQueueMayBeInAFileThatNeedNotExist(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("address");
        Map<String, String> environment = Map.of("HOME", "/h", "VFAAS_QUEUE_FILE", file.toString());
        assertThat(GatewayConfig.parse(List.of(), environment).queue()).isNull();
        Files.writeString(file, "nats://user:secret@192.0.2.4:4222\n");
        assertThat(GatewayConfig.parse(List.of(), environment).queue()).isEqualTo("nats://user:secret@192.0.2.4:4222");
        assertThat(GatewayConfig.parse(List.of("--queue", "sqlite"), environment)
                        .queue())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "--port, needs a value",
        "--port=x, is not a port",
        "--port=70000, is not a port",
        "--upstream-timeout=1, is not a duration",
        "--upstream-timeout=s, is not a duration",
        "--what=1, unknown option --what",
    })
    void mistakesAreNamed(String option, String text) {
        assertThatThrownBy(() -> GatewayConfig.parse(List.of(option), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }
}
