package dev.vfaas.gateway.store;

import java.sql.Connection;
import java.sql.SQLException;

/** The gateway's one SQLite database. Writes are durable when {@link #write} returns, also over a kill at any moment. */
public interface Database extends AutoCloseable {
    /** Work inside one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Runs {@code work} in a write transaction, one writer at a time; commits, or rolls back when it throws. A full disk is RuntimeFailure NO_SPACE. */
    <T extends @org.jspecify.annotations.Nullable Object> T write(Work<T> work);

    /** Runs {@code work} on a read connection. */
    <T extends @org.jspecify.annotations.Nullable Object> T read(Work<T> work);

    @Override
    void close();
}
