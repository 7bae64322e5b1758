package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.backup.BackupStep;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class BackupCommandTest {
    @Test
    void standardOutputIsNotWrittenTwice() throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        BackupStep.Target target = BackupCommand.once("vds", output);
        try (OutputStream first = target.open()) {
            first.write(new byte[] {1});
        }
        assertThatExceptionOfType(Failure.class).isThrownBy(target::open).satisfies(failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(failure.text()).contains("vds", "cut off");
        });
        assertThat(output.size()).isEqualTo(1);
    }
}
