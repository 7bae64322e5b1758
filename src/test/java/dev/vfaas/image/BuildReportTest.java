package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildReportTest {
    private static FunctionResult failed(String name, ExitCode code) {
        return new FunctionResult.Failed(name, Failure.of(code, "why " + name), List.of(), Duration.ZERO);
    }

    @Test
    void severalFailedFunctionsAreAllNamedWithTheCodeOfTheGravest() {
        BuildReport report = new BuildReport(List.of(
                failed("one", ExitCode.FAILED),
                failed("two", ExitCode.AUTHENTICATION),
                failed("three", ExitCode.USAGE)));
        assertThatThrownBy(report::orThrow)
                .hasMessageContainingAll("3 of 3 functions", "one: why one", "two: why two", "three: why three")
                .extracting(thrown -> ((Failure) thrown).exitCode())
                .isEqualTo(ExitCode.AUTHENTICATION);
    }
}
