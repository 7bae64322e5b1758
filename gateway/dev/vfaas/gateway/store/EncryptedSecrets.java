package dev.vfaas.gateway.store;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@link Secrets} in the gateway's database, each value encrypted with AES-256-GCM under the key file and bound to its namespace and name, so that a
 * row copied to another name does not decrypt.
 */
public final class EncryptedSecrets implements Secrets {
    /** The room's tables. */
    public static final Schema SCHEMA = new Schema("secret", List.of("""
            CREATE TABLE secret(
              namespace TEXT NOT NULL,
              name TEXT NOT NULL,
              key_id BLOB NOT NULL,
              sealed BLOB NOT NULL,
              updated_at INTEGER NOT NULL,
              PRIMARY KEY (namespace, name)
            ) WITHOUT ROWID"""));

    /** As in Kubernetes. */
    private static final int MAX_BYTES = 1 << 20;

    /** DNS-1123 subdomain, the form of a Kubernetes Secret's name; it is also a safe file name. */
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final Database database;
    private final SecretKeyFile key;

    public EncryptedSecrets(Database database, SecretKeyFile key) {
        this.database = database;
        this.key = key;
    }

    @Override
    public List<String> names(String namespace) {
        return database.read(connection -> {
            try (PreparedStatement query =
                    connection.prepareStatement("SELECT name FROM secret WHERE namespace = ? ORDER BY name")) {
                query.setString(1, namespace);
                List<String> names = new ArrayList<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        names.add(rows.getString(1));
                    }
                }
                return names;
            }
        });
    }

    @Override
    public void create(String namespace, String name, Secret value) {
        check(namespace, name);
        SecretKeyFile.Sealed sealed = seal(namespace, name, value);
        int created = database.write(connection -> put(
                connection,
                "INSERT INTO secret(key_id, sealed, updated_at, namespace, name) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING",
                namespace,
                name,
                sealed));
        if (created == 0) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.ALREADY_EXISTS, "secret " + name + " already exists in namespace " + namespace);
        }
    }

    @Override
    public void update(String namespace, String name, Secret value) {
        check(namespace, name);
        SecretKeyFile.Sealed sealed = seal(namespace, name, value);
        int updated = database.write(connection -> put(
                connection,
                "UPDATE secret SET key_id = ?, sealed = ?, updated_at = ? WHERE namespace = ? AND name = ?",
                namespace,
                name,
                sealed));
        if (updated == 0) {
            throw notFound(namespace, name);
        }
    }

    @Override
    public void delete(String namespace, String name) {
        int deleted = database.write(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM secret WHERE namespace = ? AND name = ?")) {
                statement.setString(1, namespace);
                statement.setString(2, name);
                return statement.executeUpdate();
            }
        });
        if (deleted == 0) {
            throw notFound(namespace, name);
        }
    }

    @Override
    public Secret value(String namespace, String name) {
        Optional<SecretKeyFile.Sealed> sealed = database.read(connection -> {
            try (PreparedStatement query =
                    connection.prepareStatement("SELECT key_id, sealed FROM secret WHERE namespace = ? AND name = ?")) {
                query.setString(1, namespace);
                query.setString(2, name);
                try (ResultSet rows = query.executeQuery()) {
                    return rows.next()
                            ? Optional.of(new SecretKeyFile.Sealed(rows.getBytes(1), rows.getBytes(2)))
                            : Optional.empty();
                }
            }
        });
        if (sealed.isEmpty()) {
            throw notFound(namespace, name);
        }
        return Secret.of(key.open(sealed.get(), binding(namespace, name), "secret " + name + "." + namespace));
    }

    private SecretKeyFile.Sealed seal(String namespace, String name, Secret value) {
        byte[] bytes = value.reveal();
        if (bytes.length > MAX_BYTES) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID,
                    "secret " + name + " has " + bytes.length + " bytes, more than the " + MAX_BYTES + " allowed");
        }
        boolean first = database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement("SELECT 1 FROM secret LIMIT 1");
                    ResultSet rows = query.executeQuery()) {
                return !rows.next();
            }
        });
        return key.seal(bytes, binding(namespace, name), first);
    }

    private static int put(
            Connection connection, String sql, String namespace, String name, SecretKeyFile.Sealed sealed)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, sealed.keyId());
            statement.setBytes(2, sealed.bytes());
            statement.setLong(3, System.currentTimeMillis());
            statement.setString(4, namespace);
            statement.setString(5, name);
            return statement.executeUpdate();
        }
    }

    private static byte[] binding(String namespace, String name) {
        return (namespace + "/" + name).getBytes(StandardCharsets.UTF_8);
    }

    private static void check(String namespace, String name) {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID, "namespace \"" + namespace + "\" is not a DNS-1123 label");
        }
        if (name.length() > 253 || !NAME.matcher(name).matches()) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID,
                    "secret name \"" + name
                            + "\" is not a DNS-1123 subdomain: lower case letters, digits, - and ., at most 253,"
                            + " beginning and ending with a letter or digit");
        }
    }

    private static RuntimeFailure notFound(String namespace, String name) {
        return new RuntimeFailure(
                RuntimeFailure.Kind.NOT_FOUND, "secret " + name + " not found in namespace " + namespace);
    }
}
