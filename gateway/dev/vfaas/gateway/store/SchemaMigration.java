package dev.vfaas.gateway.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Brings the tables of every room to the version this program knows, in one transaction; the table {@code schema_version} remembers. */
final class SchemaMigration {
    /** Version of the file as a whole (SQLite's user_version). */
    private static final int FORMAT = 1;

    private final Path file;
    private final Connection connection;

    SchemaMigration(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    void apply(List<Schema> schemas) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (StateFileCheck.number(statement, "PRAGMA user_version") > FORMAT) {
                throw tooNew();
            }
            statement.execute("BEGIN IMMEDIATE");
            try {
                statement.execute("CREATE TABLE IF NOT EXISTS schema_version("
                        + "room TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
                statement.execute("PRAGMA application_id = " + StateFileCheck.APPLICATION_ID);
                statement.execute("PRAGMA user_version = " + FORMAT);
                for (Schema schema : schemas) {
                    apply(schema, statement);
                }
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
                statement.execute("ROLLBACK");
                throw e;
            }
        }
    }

    private void apply(Schema schema, Statement statement) throws SQLException {
        int version = version(schema.room());
        List<String> migrations = schema.migrations();
        if (version > migrations.size()) {
            throw tooNew();
        }
        for (String migration : migrations.subList(version, migrations.size())) {
            statement.executeUpdate(migration);
        }
        try (PreparedStatement update =
                connection.prepareStatement("INSERT OR REPLACE INTO schema_version(room, version) VALUES (?, ?)")) {
            update.setString(1, schema.room());
            update.setInt(2, migrations.size());
            update.executeUpdate();
        }
    }

    private int version(String room) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT version FROM schema_version WHERE room = ?")) {
            query.setString(1, room);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? rows.getInt(1) : 0;
            }
        }
    }

    private UnusableState tooNew() {
        return new UnusableState(
                "The gateway's state file " + file + " was written by a newer vfaas; nothing was changed.",
                "install that version again, or start the gateway with another data folder",
                null);
    }
}
