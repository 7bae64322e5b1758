package dev.vfaas.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Destination.Origin;
import dev.vfaas.openfaas.GatewayUrl;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DestinationTest {
    private static final String DEFAULT = "http://127.0.0.1:8080";

    @TempDir
    Path home;

    private Environment environment(Map<String, String> variables) {
        return new Environment(variables, home, home, Environment.Terminal.NONE);
    }

    private Destination decide(Map<String, String> variables, @Nullable String option, @Nullable String stack) {
        return Destination.decide(environment(variables), option, () -> stack);
    }

    @Test
    void nothingSaysTheDefault() {
        assertThat(decide(Map.of(), null, null)).isEqualTo(new Destination(GatewayUrl.DEFAULT, Origin.DEFAULT));
    }

    @Test
    void theOptionWinsEvenWhenItNamesTheDefault() {
        Destination destination = decide(Map.of("OPENFAAS_URL", "http://variable"), DEFAULT, "http://stack");
        assertThat(destination).isEqualTo(new Destination(GatewayUrl.DEFAULT, Origin.OPTION));
    }

    @Test
    void theStackFileGoesBeforeTheVariable() {
        Destination destination =
                decide(Map.of("OPENFAAS_URL", "http://variable"), null, "https://Stack.example/Path/");
        assertThat(destination.gateway().text()).isEqualTo("https://stack.example/Path");
        assertThat(destination.origin()).isEqualTo(Origin.STACK);
    }

    @Test
    void aStackFileThatNamesTheDefaultSaysNothing() {
        Destination destination = decide(Map.of("OPENFAAS_URL", "variable:9000"), null, DEFAULT + "/");
        assertThat(destination.gateway().text()).isEqualTo("http://variable:9000");
        assertThat(destination.origin()).isEqualTo(Origin.VARIABLE);
    }

    @Test
    void theCurrentContextGoesBeforeTheDefault() {
        Contexts contexts = new Contexts(environment(Map.of()));
        contexts.put(new Contexts.Context("production", GatewayUrl.parse("https://gateway.example.com")));
        contexts.put(new Contexts.Context("local", GatewayUrl.parse("http://127.0.0.1:9999")));
        assertThat(decide(Map.of(), null, DEFAULT).origin()).isEqualTo(Origin.DEFAULT);
        contexts.use("production");
        assertThat(decide(Map.of(), null, DEFAULT).gateway().text()).isEqualTo("https://gateway.example.com");
        contexts.use("local");
        assertThat(decide(Map.of(), null, null).gateway().text()).isEqualTo("http://127.0.0.1:9999");
    }

    @Test
    void malformedUrlsSayWhoNamedThem() {
        assertThatThrownBy(() -> decide(Map.of("OPENFAAS_URL", "ftp://x"), null, null))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("OPENFAAS_URL")
                .hasMessageContaining("ftp");
        assertThatThrownBy(() -> decide(Map.of(), "http://user:secret@host", null))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("only scheme, host, port and path");
    }
}
