package dev.vfaas.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
    private static final Schema NOTES =
            new Schema("note", List.of("CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"));

    @TempDir
    Path folder;

    @Test
    void keepsWhatWasWrittenAcrossReopening() {
        try (SqliteDatabase database = open()) {
            add(database, "one");
        }
        try (SqliteDatabase database = open()) {
            add(database, "two");
            assertThat(texts(database)).containsExactly("one", "two");
        }
    }

    @Test
    void rollsBackAWriteThatThrows() {
        try (SqliteDatabase database = open()) {
            assertThatThrownBy(() -> database.write(connection -> {
                        try (Statement statement = connection.createStatement()) {
                            statement.executeUpdate("INSERT INTO note(text) VALUES ('half')");
                        }
                        throw new IllegalStateException("changed my mind");
                    }))
                    .hasMessage("changed my mind");
            assertThat(texts(database)).isEmpty();
        }
    }

    @Test
    void manyWritersShareTransactionsAndAFailureTakesBackOnlyItsOwnWork() throws Exception {
        try (SqliteDatabase database = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writes = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                String text = "n" + i / 2; // every second one breaks the UNIQUE rule, whichever comes second
                writes.add(threads.submit(() -> add(database, text)));
            }
            int failed = 0;
            for (Future<?> write : writes) {
                try {
                    write.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(RuntimeFailure.class).hasMessageContaining("UNIQUE");
                    failed++;
                }
            }
            assertThat(failed).isEqualTo(200);
            assertThat(texts(database)).hasSize(200);
        }
    }

    @Test
    void aWriteInsideAWriteIsRefusedInsteadOfWaitingForItself() {
        try (SqliteDatabase database = open()) {
            assertThatThrownBy(() -> database.write(connection -> database.write(inner -> 1)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void readersCannotWrite() {
        try (SqliteDatabase database = open()) {
            assertThatThrownBy(() -> database.read(connection -> {
                        try (Statement statement = connection.createStatement()) {
                            return statement.executeUpdate("INSERT INTO note(text) VALUES ('x')");
                        }
                    }))
                    .isInstanceOf(RuntimeFailure.class);
        }
    }

    @Test
    void filesAndFoldersAreTheOwnersAlone() throws Exception {
        Path file = folder.resolve("data/gateway/state.db");
        try (SqliteDatabase database = SqliteDatabase.open(file, List.of(NOTES))) {
            add(database, "one");
            assertMode(file.getParent(), "rwx------");
            try (var files = Files.list(file.getParent())) {
                for (Path each : files.toList()) {
                    assertMode(each, "rw-------");
                }
            }
        }
        assertMode(file.resolveSibling("state.db.backup"), "rw-------");
    }

    @Test
    void laterMigrationsFollowTheFirst() {
        try (SqliteDatabase database = open()) {
            add(database, "one");
        }
        Schema later = new Schema(
                "note", List.of(NOTES.migrations().getFirst(), "ALTER TABLE note ADD COLUMN author TEXT DEFAULT 'me'"));
        try (SqliteDatabase database = SqliteDatabase.open(file(), List.of(later))) {
            assertThat(column(database, "SELECT author FROM note")).containsExactly("me");
        }
        UnusableState refused = catchThrowableOfType(UnusableState.class, this::open);
        assertThat(refused).hasMessageContaining(file().toString()).hasMessageContaining("newer vfaas");
    }

    @Test
    void aSecondGatewayOnTheSameStateIsRefused() {
        try (SqliteDatabase database = open()) {
            UnusableState refused = catchThrowableOfType(UnusableState.class, this::open);
            assertThat(refused)
                    .hasMessageContaining("in use by another gateway (process "
                            + ProcessHandle.current().pid());
            add(database, "still works");
        }
    }

    @Test
    void aDamagedFileIsNamedLeftAloneAndComesBackFromTheBackupByTheCommandShown() throws Exception {
        try (SqliteDatabase database = open()) {
            for (int i = 0; i < 2000; i++) {
                add(database, "note number " + i);
            }
        }
        try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
            raw.seek(4096 * 3);
            raw.write(new byte[4096 * 4]);
        }
        byte[] damaged = Files.readAllBytes(file());

        UnusableState refused = catchThrowableOfType(UnusableState.class, this::open);

        assertThat(refused).hasMessageContaining(file().toString()).hasMessageContaining("is damaged");
        assertThat(Files.readAllBytes(file())).isEqualTo(damaged);
        Process repair =
                new ProcessBuilder("sh", "-c", refused.next()).inheritIO().start();
        assertThat(repair.waitFor()).isZero();
        try (SqliteDatabase database = open()) {
            assertThat(texts(database)).hasSize(2000);
        }
    }

    @Test
    void aFileThatIsNoDatabaseOrWasEmptiedIsDamageToo() throws Exception {
        Files.writeString(file(), "this is not a database, it only has its name");
        assertThat(catchThrowableOfType(UnusableState.class, this::open))
                .hasMessageContaining("is damaged")
                .extracting(UnusableState::next)
                .asString()
                .contains("there is no backup copy");
        Files.delete(file());
        open().close();
        Files.write(file(), new byte[0]);
        assertThat(catchThrowableOfType(UnusableState.class, this::open)).hasMessageContaining("it is empty");
        assertThat(file()).isEmptyFile();
    }

    @Test
    void writesAfterCloseAreRefused() {
        SqliteDatabase database = open();
        database.close();
        database.close();
        assertThat(catchThrowableOfType(RuntimeFailure.class, () -> add(database, "late"))
                        .kind())
                .isEqualTo(RuntimeFailure.Kind.UNAVAILABLE);
    }

    private Path file() {
        return folder.resolve("state.db");
    }

    private SqliteDatabase open() {
        return SqliteDatabase.open(file(), List.of(NOTES));
    }

    private static int add(Database database, String text) {
        return database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO note(text) VALUES (?)")) {
                insert.setString(1, text);
                return insert.executeUpdate();
            }
        });
    }

    private static List<String> texts(Database database) {
        return column(database, "SELECT text FROM note ORDER BY id");
    }

    private static List<String> column(Database database, String sql) {
        return database.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
                return values;
            }
        });
    }

    private static void assertMode(Path path, String mode) throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .as(path.toString())
                .isEqualTo(mode);
    }
}
