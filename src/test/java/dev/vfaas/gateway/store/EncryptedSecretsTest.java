package dev.vfaas.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Statement;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedSecretsTest {
    @TempDir
    Path folder;

    private SqliteDatabase database;
    private EncryptedSecrets secrets;

    @BeforeEach
    void open() {
        database = SqliteDatabase.open(folder.resolve("state.db"), List.of(EncryptedSecrets.SCHEMA));
        secrets = new EncryptedSecrets(database, new SecretKeyFile(key()));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void createsUpdatesListsAndDeletes() {
        secrets.create("fn", "b", Secret.of("bee"));
        secrets.create("fn", "a", Secret.of("ay"));
        secrets.create("other", "c", Secret.of("sea"));
        secrets.update("fn", "a", Secret.of(new byte[] {0, -1, 10}));

        assertThat(secrets.names("fn")).containsExactly("a", "b");
        assertThat(secrets.value("fn", "a").reveal()).containsExactly(0, -1, 10);
        assertThat(kind(() -> secrets.create("fn", "a", Secret.of("x")))).isEqualTo(RuntimeFailure.Kind.ALREADY_EXISTS);
        secrets.delete("fn", "a");
        assertThat(kind(() -> secrets.value("fn", "a"))).isEqualTo(RuntimeFailure.Kind.NOT_FOUND);
        assertThat(kind(() -> secrets.update("fn", "a", Secret.of("x")))).isEqualTo(RuntimeFailure.Kind.NOT_FOUND);
        assertThat(kind(() -> secrets.delete("fn", "a"))).isEqualTo(RuntimeFailure.Kind.NOT_FOUND);
    }

    @Test
    void nothingOnDiskHoldsTheValueAndTheKeyFileIsPrivate() throws Exception {
        secrets.create("fn", "token", Secret.of("correct-horse-battery-staple"));
        database.close();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain("battery");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                .isEqualTo("rw-------");
    }

    @Test
    void survivesReopening() {
        secrets.create("fn", "token", Secret.of("value"));
        database.close();
        open();
        assertThat(secrets.value("fn", "token")).isEqualTo(Secret.of("value"));
    }

    @Test
    void aMissingKeyFileIsNamedAndNeverReplacedWhileSecretsNeedIt() throws Exception {
        secrets.create("fn", "token", Secret.of("value"));
        Path kept = folder.resolve("kept");
        Files.move(key(), kept);
        EncryptedSecrets fresh = new EncryptedSecrets(database, new SecretKeyFile(key()));

        assertThat(failure(() -> fresh.value("fn", "token"))).hasMessageContaining("missing: " + key());
        assertThat(failure(() -> fresh.create("fn", "other", Secret.of("x")))).hasMessageContaining(key().toString());
        assertThat(key()).doesNotExist();
        Files.move(kept, key());
        assertThat(fresh.value("fn", "token")).isEqualTo(Secret.of("value"));
    }

    @Test
    void anotherKeyAndAShortKeyAreToldApart() throws Exception {
        secrets.create("fn", "token", Secret.of("value"));
        Files.write(key(), new byte[32]);
        assertThat(failure(() -> reopened().value("fn", "token")))
                .hasMessageContaining("another key")
                .hasMessageContaining(key().toString());
        Files.write(key(), new byte[5]);
        assertThat(failure(() -> reopened().value("fn", "token"))).hasMessageContaining("5 bytes instead of 32");
    }

    @Test
    void aRowCopiedToAnotherNameDoesNotDecrypt() {
        secrets.create("fn", "token", Secret.of("value"));
        secrets.create("fn", "mine", Secret.of("value"));
        database.write(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("UPDATE secret SET sealed ="
                        + " (SELECT sealed FROM secret WHERE name = 'token') WHERE name = 'mine'");
            }
        });
        assertThat(failure(() -> secrets.value("fn", "mine"))).hasMessageContaining("does not decrypt");
        assertThat(secrets.value("fn", "token")).isEqualTo(Secret.of("value"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "A", "a_b", "-a", "a-", "a..b", ".a", "a\n"})
    void refusesNamesThatAreNotDns1123(String name) {
        assertThat(kind(() -> secrets.create("fn", name, Secret.of("x")))).isEqualTo(RuntimeFailure.Kind.INVALID);
    }

    @Test
    void refusesWhatIsTooBig() {
        assertThat(kind(() -> secrets.create("fn", "big", Secret.of(new byte[(1 << 20) + 1]))))
                .isEqualTo(RuntimeFailure.Kind.INVALID);
    }

    private EncryptedSecrets reopened() {
        return new EncryptedSecrets(database, new SecretKeyFile(key()));
    }

    private Path key() {
        return folder.resolve("secrets.key");
    }

    private static RuntimeFailure failure(ThrowingCallable call) {
        return catchThrowableOfType(RuntimeFailure.class, call);
    }

    private static RuntimeFailure.Kind kind(ThrowingCallable call) {
        return failure(call).kind();
    }
}
