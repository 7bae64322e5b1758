package dev.vfaas.gateway.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.store.Database;
import dev.vfaas.gateway.store.Schema;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The accepted calls, durable: a row from before the 202 until there is a result. */
final class CallTable {
    /**
     * The room's tables; {@code not_before}, {@code accepted} and {@code died} in epoch milliseconds, {@code bytes} with those of the body's file; the
     * indices let them be added up without reading bodies. {@code queue_dead} is {@link DeadTable}'s.
     */
    static final Schema SCHEMA = new Schema("queue", List.of("""
            CREATE TABLE queue_call(
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              call_id TEXT NOT NULL,
              namespace TEXT NOT NULL,
              function TEXT NOT NULL,
              method TEXT NOT NULL,
              path TEXT NOT NULL,
              query TEXT,
              headers TEXT NOT NULL,
              body BLOB,
              body_file TEXT,
              callback TEXT,
              attempts INTEGER NOT NULL DEFAULT 0,
              not_before INTEGER NOT NULL DEFAULT 0
            )""", """
            ALTER TABLE queue_call ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE queue_dead(
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              call_id TEXT NOT NULL,
              namespace TEXT NOT NULL,
              function TEXT NOT NULL,
              method TEXT NOT NULL,
              path TEXT NOT NULL,
              query TEXT,
              headers TEXT NOT NULL,
              body BLOB,
              body_file TEXT,
              callback TEXT,
              accepted INTEGER NOT NULL,
              attempts INTEGER NOT NULL,
              status INTEGER NOT NULL,
              reason TEXT NOT NULL,
              died INTEGER NOT NULL
            )""", """
            ALTER TABLE queue_call ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE queue_dead ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
            UPDATE queue_call SET bytes = length(headers) + coalesce(length(body), 0);
            UPDATE queue_dead SET bytes = length(headers) + coalesce(length(body), 0);
            CREATE INDEX queue_call_bytes ON queue_call(bytes);
            CREATE INDEX queue_dead_bytes ON queue_dead(id, bytes)"""));

    /** What a call is, in both tables. */
    static final String COLUMNS =
            "call_id, namespace, function, method, path, query, headers, body, body_file, callback, accepted, bytes";

    /** About what a row takes beside headers and body. */
    private static final int ROW_BYTES = 256;

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final Database database;
    private final BodyFiles bodies;
    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantReadWriteLock counting = new ReentrantReadWriteLock();

    /** Where a call stands in line. */
    record Place(long id, FunctionKey function, long notBefore) {}

    CallTable(Database database, BodyFiles bodies) {
        this.database = database;
        this.bodies = bodies;
        recount();
    }

    /** Counts anew: a gateway whose place this one took may have removed calls since. */
    void recount() {
        counting.writeLock().lock();
        try {
            long[] counted = database.read(connection -> {
                try (PreparedStatement query = connection.prepareStatement(
                                "SELECT count(*), coalesce(sum(bytes), 0) FROM queue_call");
                        ResultSet rows = query.executeQuery()) {
                    rows.next();
                    return new long[] {rows.getLong(1), rows.getLong(2)};
                }
            });
            size.set((int) counted[0]);
            bytes.set(counted[1]);
        } finally {
            counting.writeLock().unlock();
        }
    }

    /** Stores a call whose {@code id} and {@code attempts} count for nothing; returns its id once it is durable. */
    long add(QueuedCall call) {
        String headers;
        try {
            headers = json.writeValueAsString(call.headers());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings is always JSON", e);
        }
        long taken = ROW_BYTES + headers.length() + call.body().length();
        counting.readLock().lock(); // the row and the numbers change together
        try {
            long id = insert(call, headers, taken);
            size.incrementAndGet();
            bytes.addAndGet(taken);
            return id;
        } finally {
            counting.readLock().unlock();
        }
    }

    private long insert(QueuedCall call, String headers, long taken) {
        return database.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO queue_call(call_id, namespace, function, method, path, query, headers, body, body_file,"
                            + " callback, accepted, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id")) {
                insert.setString(1, call.callId());
                insert.setString(2, call.function().namespace());
                insert.setString(3, call.function().name());
                insert.setString(4, call.method());
                insert.setString(5, call.path());
                insert.setString(6, call.query());
                insert.setString(7, headers);
                switch (call.body()) {
                    case CallBody.Bytes(byte[] content) -> {
                        insert.setBytes(8, content);
                        insert.setNull(9, Types.VARCHAR);
                    }
                    case CallBody.Stored(Path file) -> {
                        insert.setNull(8, Types.BLOB);
                        insert.setString(9, file.getFileName().toString());
                    }
                }
                insert.setString(10, call.callback());
                insert.setLong(11, call.accepted());
                insert.setLong(12, taken);
                try (ResultSet rows = insert.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        });
    }

    /** The call, or null when it is no longer there. */
    @Nullable
    QueuedCall find(long id) {
        return database.read(connection -> {
                    try (PreparedStatement query = connection.prepareStatement(
                            "SELECT call_id, namespace, function, method, path, query, headers, body, body_file, callback,"
                                    + " attempts, accepted FROM queue_call WHERE id = ?")) {
                        query.setLong(1, id);
                        try (ResultSet rows = query.executeQuery()) {
                            return rows.next() ? Optional.of(call(id, rows)) : Optional.<QueuedCall>empty();
                        }
                    }
                })
                .orElse(null);
    }

    private QueuedCall call(long id, ResultSet row) throws SQLException {
        Map<String, String> headers;
        try {
            headers = json.readValue(row.getString(7), HEADERS);
        } catch (JsonProcessingException e) {
            throw new SQLException("the headers of call " + id + " are damaged", e);
        }
        String file = row.getString(9);
        byte[] content = row.getBytes(8);
        return new QueuedCall(
                id,
                row.getString(1),
                new FunctionKey(row.getString(2), row.getString(3)),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                headers,
                file != null ? bodies.stored(file) : new CallBody.Bytes(content == null ? new byte[0] : content),
                row.getString(10),
                row.getInt(11),
                row.getLong(12));
    }

    /** Notes an attempt without a result. */
    void postpone(long id, int attempts, long notBefore) {
        database.write(connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE queue_call SET attempts = ?, not_before = ? WHERE id = ?")) {
                update.setInt(1, attempts);
                update.setLong(2, notBefore);
                update.setLong(3, id);
                return update.executeUpdate();
            }
        });
    }

    /** Forgets a call that has its result. */
    void remove(QueuedCall call) {
        leaves(() -> database.write(connection -> delete(connection, call.id())));
        bodies.delete(call.body());
    }

    /** Deletes a row; tells the bytes it took, if it was there. */
    static OptionalLong delete(Connection connection, long id) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM queue_call WHERE id = ? RETURNING bytes")) {
            delete.setLong(1, id);
            try (ResultSet rows = delete.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Visits every call, oldest first; returns how many there are. */
    int forEach(Consumer<Place> visitor) {
        return database.read(connection -> {
            Map<FunctionKey, FunctionKey> known = new HashMap<>(); // one object a function, however many calls
            try (PreparedStatement query = connection.prepareStatement(
                            "SELECT id, namespace, function, not_before FROM queue_call ORDER BY id");
                    ResultSet rows = query.executeQuery()) {
                int count = 0;
                while (rows.next()) {
                    FunctionKey key = new FunctionKey(rows.getString(2), rows.getString(3));
                    visitor.accept(
                            new Place(rows.getLong(1), known.computeIfAbsent(key, same -> same), rows.getLong(4)));
                    count++;
                }
                return count;
            }
        });
    }

    /** How many calls there are, without asking the database. */
    int size() {
        return size.get();
    }

    /** How many bytes they take, without asking the database. */
    long bytes() {
        return bytes.get();
    }

    /** Counts a call off whose row {@code deed} deletes, which tells the bytes it took. */
    void leaves(Supplier<OptionalLong> deed) {
        counting.readLock().lock();
        try {
            deed.get().ifPresent(taken -> {
                size.decrementAndGet();
                bytes.addAndGet(-taken);
            });
        } finally {
            counting.readLock().unlock();
        }
    }

    /** Names of the body files that belong to a call or a dead letter. */
    Set<String> bodyFiles() {
        return database.read(connection -> {
            try (PreparedStatement query =
                            connection.prepareStatement("SELECT body_file FROM queue_call WHERE body_file IS NOT NULL"
                                    + " UNION SELECT body_file FROM queue_dead WHERE body_file IS NOT NULL");
                    ResultSet rows = query.executeQuery()) {
                Set<String> names = new HashSet<>();
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
                return names;
            }
        });
    }
}
