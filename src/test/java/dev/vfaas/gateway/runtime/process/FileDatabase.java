package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.store.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A database of one connection, for tests of what is kept in it. */
final class FileDatabase implements Database {
    private final Connection connection;

    FileDatabase(Path file) throws SQLException {
        this.connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode=WAL");
        }
        connection.setAutoCommit(false);
    }

    @Override
    public synchronized <T extends @org.jspecify.annotations.Nullable Object> T write(Work<T> work) {
        try {
            T result = work.run(connection);
            connection.commit();
            return result;
        } catch (SQLException e) {
            try {
                connection.rollback();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized <T extends @org.jspecify.annotations.Nullable Object> T read(Work<T> work) {
        return write(work);
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
