package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Dead letters beside the calls: a call moves from one table to the other in one transaction, so that it is always in exactly one. */
final class DeadTable {
    private static final String CHOSEN =
            " WHERE (?1 IS NULL OR namespace = ?1) AND (?2 IS NULL OR call_id = ?2 OR function = ?2)";

    private final Database database;
    private final BodyFiles bodies;
    private final QueueConfig config;

    /** @param config how many are kept, of how many bytes, and how long */
    DeadTable(Database database, BodyFiles bodies, QueueConfig config) {
        this.database = database;
        this.bodies = bodies;
        this.config = config;
    }

    /** Moves a call here; tells the bytes it took among the calls, if it was still there. */
    OptionalLong bury(long id, int attempts, int status, String reason) {
        List<@Nullable String> expired = new ArrayList<>();
        long now = System.currentTimeMillis();
        OptionalLong moved = database.write(connection -> {
            expired.clear();
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO queue_dead(" + CallTable.COLUMNS
                    + ", attempts, status, reason, died) SELECT " + CallTable.COLUMNS
                    + ", ?, ?, ?, ? FROM queue_call WHERE id = ?")) {
                insert.setInt(1, attempts);
                insert.setInt(2, status);
                insert.setString(3, reason);
                insert.setLong(4, now);
                insert.setLong(5, id);
                insert.executeUpdate();
            }
            OptionalLong taken = CallTable.delete(connection, id);
            expired.addAll(expire(connection, now));
            return taken;
        });
        forget(expired);
        return moved;
    }

    /** Removes what is kept for too long. */
    void expire() {
        forget(database.write(connection -> expire(connection, System.currentTimeMillis())));
    }

    private List<@Nullable String> expire(Connection connection, long now) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM queue_dead WHERE died < ? OR id <= (SELECT id FROM queue_dead ORDER BY id DESC"
                        + " LIMIT 1 OFFSET ?) OR id <= (SELECT id FROM (SELECT id, sum(bytes) OVER (ORDER BY id DESC) AS total"
                        + " FROM queue_dead) WHERE total > ? ORDER BY id DESC LIMIT 1) RETURNING body_file")) {
            delete.setLong(1, now - config.deadAge().toMillis());
            delete.setInt(2, config.deadKept());
            delete.setLong(3, config.room().dead());
            return files(delete);
        }
    }

    List<DeadLetter> list(DeadLetter.Selection selection) {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT call_id, namespace, function, method, path, attempts, status, reason, accepted, died,"
                            + " length(body), body_file FROM queue_dead" + CHOSEN + " ORDER BY id")) {
                choose(query, selection);
                try (ResultSet rows = query.executeQuery()) {
                    List<DeadLetter> letters = new ArrayList<>();
                    while (rows.next()) {
                        letters.add(letter(rows));
                    }
                    return letters;
                }
            }
        });
    }

    /** How many there are of each function that has any. */
    Map<FunctionKey, Integer> counts() {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                            "SELECT namespace, function, count(*) FROM queue_dead GROUP BY namespace, function");
                    ResultSet rows = query.executeQuery()) {
                Map<FunctionKey, Integer> counts = new HashMap<>();
                while (rows.next()) {
                    counts.put(new FunctionKey(rows.getString(1), rows.getString(2)), rows.getInt(3));
                }
                return counts;
            }
        });
    }

    private DeadLetter letter(ResultSet row) throws SQLException {
        String file = row.getString(12);
        return new DeadLetter(
                row.getString(1),
                new FunctionKey(row.getString(2), row.getString(3)),
                row.getString(4),
                row.getString(5),
                row.getInt(6),
                row.getInt(7),
                row.getString(8),
                row.getLong(9),
                row.getLong(10),
                file == null ? row.getLong(11) : bodies.stored(file).length());
    }

    /** Moves dead letters back, with all their attempts, and tells where they stand in line now. */
    List<CallTable.Place> retry(DeadLetter.Selection selection) {
        return database.write(connection -> {
            List<CallTable.Place> places = new ArrayList<>();
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO queue_call(" + CallTable.COLUMNS + ") SELECT "
                            + CallTable.COLUMNS + " FROM queue_dead" + CHOSEN
                            + " ORDER BY id RETURNING id, namespace, function")) {
                choose(insert, selection);
                try (ResultSet rows = insert.executeQuery()) {
                    while (rows.next()) {
                        places.add(new CallTable.Place(
                                rows.getLong(1), new FunctionKey(rows.getString(2), rows.getString(3)), 0));
                    }
                }
            }
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM queue_dead" + CHOSEN)) {
                choose(delete, selection);
                delete.executeUpdate();
            }
            return places;
        });
    }

    /** Forgets dead letters and their bodies; tells how many. */
    int drop(DeadLetter.Selection selection) {
        List<@Nullable String> dropped = database.write(connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM queue_dead" + CHOSEN + " RETURNING body_file")) {
                choose(delete, selection);
                return files(delete);
            }
        });
        forget(dropped);
        return dropped.size();
    }

    private static void choose(PreparedStatement statement, DeadLetter.Selection selection) throws SQLException {
        statement.setString(1, selection.namespace());
        statement.setString(2, selection.name());
    }

    private static List<@Nullable String> files(PreparedStatement delete) throws SQLException {
        List<@Nullable String> files = new ArrayList<>();
        try (ResultSet rows = delete.executeQuery()) {
            while (rows.next()) {
                files.add(rows.getString(1));
            }
        }
        return files;
    }

    private void forget(List<@Nullable String> files) {
        for (String file : files) {
            if (file != null) {
                bodies.delete(bodies.stored(file));
            }
        }
    }
}
