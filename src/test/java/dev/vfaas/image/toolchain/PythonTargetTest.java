package dev.vfaas.image.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PythonTargetTest {
    private static PythonTarget target(Map<String, String> arguments) {
        Path nowhere = Path.of("nowhere");
        return PythonTarget.of(new FunctionSource(
                "hello", nowhere, nowhere, nowhere, Platform.LINUX_AMD64, Map.of("python_version", "3.12"), arguments));
    }

    @Test
    void theBuildArgumentComesBeforeTheTemplatesVersion() {
        assertThat(target(Map.of()).version()).isEqualTo("3.12");
        assertThat(target(Map.of("PYTHON_VERSION", "3.11")).version()).isEqualTo("3.11");
        assertThat(target(Map.of("PYTHON_VERSION", "3.13.2")).pipArguments()).contains("--abi=cp313");
        assertThatThrownBy(() -> target(Map.of("PYTHON_VERSION", "latest")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("PYTHON_VERSION is latest");
    }
}
