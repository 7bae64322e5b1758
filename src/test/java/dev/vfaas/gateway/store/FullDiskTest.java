package dev.vfaas.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void aFullDiskRefusesTheWriteKeepsWhatWasThereAndWorksAgainAfterwards() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "4m")) {
            Path file = folder.resolve("disk/state.db");
            try (SqliteDatabase database = SqliteDatabase.open(file, List.of(EncryptedSecrets.SCHEMA))) {
                EncryptedSecrets secrets =
                        new EncryptedSecrets(database, new SecretKeyFile(folder.resolve("disk/secrets.key")));
                secrets.create("fn", "before", Secret.of("kept"));
                Path ballast = disk.fill();

                RuntimeFailure refused = null;
                for (int i = 0; i < 100 && refused == null; i++) { // pages the log already has may take a few
                    String name = "s" + i;
                    refused = catchThrowableOfType(
                            RuntimeFailure.class, () -> secrets.create("fn", name, Secret.of(new byte[100_000])));
                }

                assertThat(refused).isNotNull();
                assertThat(refused.kind()).isEqualTo(RuntimeFailure.Kind.NO_SPACE);
                assertThat(refused).hasMessageContaining(file.toString()).hasMessageContaining("df -h");
                assertThat(secrets.value("fn", "before")).isEqualTo(Secret.of("kept"));

                Files.delete(ballast);
                secrets.create("fn", "after", Secret.of("fits"));
            }
            try (SqliteDatabase database = SqliteDatabase.open(file, List.of(EncryptedSecrets.SCHEMA))) {
                assertThat(new EncryptedSecrets(database, new SecretKeyFile(folder.resolve("disk/secrets.key")))
                                .names("fn"))
                        .contains("before", "after");
            }
        }
    }

    @Test
    void openingOnAFullDiskSaysSo() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), "1m")) {
            disk.fill();
            RuntimeFailure refused = catchThrowableOfType(
                    RuntimeFailure.class,
                    () -> SqliteDatabase.open(folder.resolve("disk/state.db"), List.of(EncryptedSecrets.SCHEMA)));
            assertThat(refused.kind()).isEqualTo(RuntimeFailure.Kind.NO_SPACE);
        }
    }
}
