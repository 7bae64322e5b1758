package dev.vfaas.gateway.runtime.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.store.Database;
import dev.vfaas.gateway.store.Schema;
import dev.vfaas.openfaas.FunctionDeployment;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deployments on disk. A function has one row, and a row for each revision that is still needed: the newest, and the one that serves while the
 * newest is not ready.
 */
final class DeploymentTable {
    static final Schema SCHEMA = new Schema("functions", List.of("""
            CREATE TABLE functions (
              namespace TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
              wanted INTEGER NOT NULL, baseline INTEGER NOT NULL, newest INTEGER NOT NULL, serving INTEGER NOT NULL,
              PRIMARY KEY (namespace, name));
            CREATE TABLE functions_revisions (
              namespace TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
              deployment TEXT NOT NULL, image TEXT NOT NULL, PRIMARY KEY (namespace, name, number));"""));

    private final Database database;
    private final ObjectMapper json = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * A function as it was left.
     *
     * @param newest the revision last asked for, {@code serving} the one that takes the calls; they may be the same
     */
    record Stored(FunctionKey key, Instant createdAt, Replicas replicas, Revision newest, Revision serving) {}

    /** Everything of an image that a start needs; the layers only when its root folder is gone. */
    private record ImageRow(
            String digest,
            List<String> layers,
            List<String> environment,
            List<String> entrypoint,
            String workingDirectory,
            Map<String, String> labels,
            String os,
            String architecture) {

        static ImageRow of(StoredImage image) {
            return new ImageRow(
                    image.digest(),
                    image.layers().stream().map(Path::toString).toList(),
                    image.environment(),
                    image.entrypoint(),
                    image.workingDirectory(),
                    image.labels(),
                    image.os(),
                    image.architecture());
        }

        StoredImage image() {
            return new StoredImage(
                    digest,
                    layers.stream().map(Path::of).toList(),
                    environment,
                    entrypoint,
                    workingDirectory,
                    labels,
                    os,
                    architecture);
        }
    }

    /** Uses the tables of {@link #SCHEMA} in the database. */
    DeploymentTable(Database database) {
        this.database = database;
    }

    /** All functions, by namespace and name. */
    List<Stored> all() {
        return database.read(connection -> {
            Map<String, Revision> revisions = new LinkedHashMap<>();
            List<Stored> functions = new ArrayList<>();
            try (Statement statement = connection.createStatement()) {
                try (ResultSet row = statement.executeQuery(
                        "SELECT namespace, name, number, deployment, image FROM functions_revisions")) {
                    while (row.next()) {
                        revisions.put(
                                row.getString(1) + "/" + row.getString(2) + "/" + row.getInt(3),
                                new Revision(
                                        row.getInt(3),
                                        read(row.getString(4), FunctionDeployment.class),
                                        read(row.getString(5), ImageRow.class).image()));
                    }
                }
                try (ResultSet row =
                        statement.executeQuery("SELECT namespace, name, created_at, wanted, baseline, newest, serving"
                                + " FROM functions ORDER BY namespace, name")) {
                    while (row.next()) {
                        String prefix = row.getString(1) + "/" + row.getString(2) + "/";
                        Revision newest = revisions.get(prefix + row.getInt(6));
                        Revision serving = revisions.getOrDefault(prefix + row.getInt(7), newest);
                        if (newest != null && serving != null) {
                            functions.add(new Stored(
                                    new FunctionKey(row.getString(1), row.getString(2)),
                                    Instant.parse(row.getString(3)),
                                    new Replicas(row.getInt(4), row.getInt(5)),
                                    newest,
                                    serving));
                        }
                    }
                }
            }
            return functions;
        });
    }

    /** Adds a function with its first revision. */
    void create(Stored function) {
        change(connection -> {
            run(
                    connection,
                    "INSERT INTO functions (namespace, name, created_at, wanted, baseline, newest, serving) VALUES (?,?,?,?,?,?,?)",
                    function.key().namespace(),
                    function.key().name(),
                    function.createdAt().toString(),
                    function.replicas().wanted(),
                    function.replicas().baseline(),
                    function.newest().number(),
                    function.serving().number());
            insert(connection, function.key(), function.newest());
        });
    }

    /** Makes {@code revision} the newest one; {@code serving} stays beside it, others go. */
    void update(FunctionKey key, Revision revision, int serving, Replicas replicas) {
        change(connection -> {
            insert(connection, key, revision);
            run(
                    connection,
                    "UPDATE functions SET newest = ?, serving = ?, wanted = ?, baseline = ? WHERE namespace = ? AND name = ?",
                    revision.number(),
                    serving,
                    replicas.wanted(),
                    replicas.baseline(),
                    key.namespace(),
                    key.name());
            prune(connection, key);
        });
    }

    /** Records which revision takes the calls, and forgets those that are no longer needed. */
    void serving(FunctionKey key, int serving) {
        change(connection -> {
            run(
                    connection,
                    "UPDATE functions SET serving = ? WHERE namespace = ? AND name = ?",
                    serving,
                    key.namespace(),
                    key.name());
            prune(connection, key);
        });
    }

    /** Records the number of replicas wanted. */
    void replicas(FunctionKey key, Replicas replicas) {
        change(connection -> run(
                connection,
                "UPDATE functions SET wanted = ?, baseline = ? WHERE namespace = ? AND name = ?",
                replicas.wanted(),
                replicas.baseline(),
                key.namespace(),
                key.name()));
    }

    /** Forgets a function. */
    void remove(FunctionKey key) {
        change(connection -> {
            run(connection, "DELETE FROM functions WHERE namespace = ? AND name = ?", key.namespace(), key.name());
            run(
                    connection,
                    "DELETE FROM functions_revisions WHERE namespace = ? AND name = ?",
                    key.namespace(),
                    key.name());
        });
    }

    private void insert(Connection connection, FunctionKey key, Revision revision) throws SQLException {
        run(
                connection,
                "INSERT OR REPLACE INTO functions_revisions (namespace, name, number, deployment, image) VALUES (?,?,?,?,?)",
                key.namespace(),
                key.name(),
                revision.number(),
                write(revision.deployment()),
                write(ImageRow.of(revision.image())));
    }

    private static void prune(Connection connection, FunctionKey key) throws SQLException {
        run(connection, """
                DELETE FROM functions_revisions WHERE namespace = ?1 AND name = ?2 AND number NOT IN (
                  SELECT newest FROM functions WHERE namespace = ?1 AND name = ?2
                  UNION SELECT serving FROM functions WHERE namespace = ?1 AND name = ?2)""", key.namespace(), key.name());
    }

    /** Work of a transaction that returns nothing. */
    @FunctionalInterface
    private interface Change {
        void run(Connection connection) throws SQLException;
    }

    private void change(Change change) {
        boolean ignored = database.write(connection -> {
            change.run(connection);
            return true;
        });
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> T read(String text, Class<T> type) throws SQLException {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new SQLException("a stored deployment cannot be read: " + e.getOriginalMessage(), e);
        }
    }
}
