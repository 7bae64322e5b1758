package dev.vfaas.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    @TempDir
    Path folder;

    @Test
    void holdsWhatWasSaidUntilTheRunEndedForItsOwnerOnly() throws IOException {
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
        RunLog log = RunLog.create(folder.resolve("runs"), "root@[::1]", "up", clock);
        log.line("first\nsecond\n");
        log.close();
        log.line("a heartbeat that came too late");

        assertThat(log.file()).hasFileName("20260102T030405.000Z-up-root____1_.log");
        assertThat(log.file()).hasContent("2026-01-02T03:04:05Z first\n    second");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log.file())))
                .isEqualTo("rw-------");
    }
}
