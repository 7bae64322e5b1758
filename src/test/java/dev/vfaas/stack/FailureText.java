package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a person is told when something is refused. */
public final class FailureText {
    private FailureText() {}

    /** The text of the failure, which must end the process with 2. */
    public static String of(ThrowingCallable action) {
        Failure failure = catchThrowableOfType(Failure.class, action);
        assertThat(failure).as("it must be refused").isNotNull();
        assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
        return failure.text();
    }
}
