package dev.vfaas.gateway.image;

import dev.vfaas.gateway.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the store holds and who refers to what, in the database: blobs, the repositories they are linked to, manifests and tags. {@code touched_at}
 * (epoch milliseconds) is when a client last relied on a row; garbage collection spares what was touched within its grace period.
 */
final class ImageCatalog {
    private final Database database;
    private final BlobFiles files;
    private final InstantSource clock;
    private final Duration grace;

    /** A manifest's row. */
    record Stored(Digest digest, String mediaType, long size, long touchedAt) {}

    ImageCatalog(Database database, BlobFiles files, InstantSource clock, Duration grace) {
        this.database = database;
        this.files = files;
        this.clock = clock;
        this.grace = grace;
    }

    /** Size of a blob a client may rely on from now on, or -1 when the repository does not have it. {@code repository} null: any. */
    long relyOnBlob(@Nullable String repository, Digest digest) {
        long[] row = database.read(connection -> {
            String sql = "SELECT b.size, b.touched_at FROM image_blob b WHERE b.digest = ?"
                    + (repository == null
                            ? ""
                            : " AND EXISTS (SELECT 1 FROM image_link l WHERE l.repository = ? AND l.digest = b.digest)");
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setString(1, digest.toString());
                if (repository != null) {
                    query.setString(2, repository);
                }
                try (ResultSet rows = query.executeQuery()) {
                    return rows.next() ? new long[] {rows.getLong(1), rows.getLong(2)} : new long[] {-1, 0};
                }
            }
        });
        if (row[0] < 0 || !files.holds(digest, row[0])) {
            return -1; // with its file lost it counts as unknown, so that a client brings it again
        }
        if (isStale(row[1])) {
            int touched = database.write(connection -> update(
                    connection, "UPDATE image_blob SET touched_at = ? WHERE digest = ?", now(), digest.toString()));
            return touched == 0 ? -1 : row[0];
        }
        return row[0];
    }

    /** Makes content that has its file known to a repository. */
    void addBlob(String repository, Digest digest, long size) {
        database.write(connection -> {
            putBlob(connection, digest, size);
            return link(connection, repository, digest);
        });
    }

    /** Links a blob the store has to a repository; false when it is gone. */
    boolean linkBlob(String repository, Digest digest) {
        return database.write(connection -> {
            int touched = update(
                    connection, "UPDATE image_blob SET touched_at = ? WHERE digest = ?", now(), digest.toString());
            return touched == 1 && link(connection, repository, digest) >= 0;
        });
    }

    /** A manifest by tag or digest that a client may rely on from now on, or null. */
    @Nullable
    Stored relyOnManifest(String repository, ImageReference reference) {
        String digest = String.valueOf(reference.digest());
        Stored found = database.read(connection -> reference.digest() != null
                        ? manifest(connection, "m.digest = ?", repository, digest)
                        : manifest(
                                connection,
                                "m.digest = (SELECT t.digest FROM image_tag t WHERE t.repository = m.repository AND t.tag = ?)",
                                repository,
                                String.valueOf(reference.tag())))
                .orElse(null);
        if (found == null || !files.holds(found.digest(), found.size())) {
            return null;
        }
        if (isStale(found.touchedAt())) {
            int touched = database.write(connection -> update(
                    connection,
                    "UPDATE image_manifest SET touched_at = ? WHERE repository = ? AND digest = ?",
                    now(),
                    repository,
                    found.digest().toString()));
            return touched == 0 ? null : found;
        }
        return found;
    }

    /** The type a manifest was pushed with; null when there is none of that digest. Documents need not say it themselves. */
    @Nullable
    String mediaType(Digest digest) {
        return database.read(connection -> {
                    try (PreparedStatement query = connection.prepareStatement(
                            "SELECT media_type FROM image_manifest WHERE digest = ? LIMIT 1")) {
                        query.setString(1, digest.toString());
                        try (ResultSet rows = query.executeQuery()) {
                            return rows.next() ? Optional.of(rows.getString(1)) : Optional.<String>empty();
                        }
                    }
                })
                .orElse(null);
    }

    /**
     * Stores a manifest whose content has its file, and points the tag at it. All or nothing.
     *
     * @throws RegistryFailure MANIFEST_BLOB_UNKNOWN when the repository lacks something it refers to
     */
    void putManifest(String repository, Manifest manifest, Digest digest, long size, @Nullable String tag) {
        database.write(connection -> {
            ManifestNeeds.require(connection, repository, manifest);
            putBlob(connection, digest, size);
            link(connection, repository, digest);
            update(
                    connection,
                    "INSERT INTO image_manifest(repository, digest, media_type, size, subject, artifact_type,"
                            + " annotations, touched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                            + " ON CONFLICT DO UPDATE SET touched_at = excluded.touched_at,"
                            + " media_type = excluded.media_type",
                    repository,
                    digest.toString(),
                    manifest.mediaType(),
                    size,
                    manifest.subject() == null ? null : manifest.subject().toString(),
                    manifest.artifactType(),
                    manifest.annotations(),
                    now());
            for (Map.Entry<Digest, Boolean> need : ManifestNeeds.of(manifest).entrySet()) {
                update(
                        connection,
                        "INSERT OR IGNORE INTO image_need(manifest, digest, child) VALUES (?, ?, ?)",
                        digest.toString(),
                        need.getKey().toString(),
                        need.getValue() ? 1 : 0);
            }
            if (tag != null) {
                releaseTag(connection, repository, tag);
                update(
                        connection,
                        "INSERT INTO image_tag(repository, tag, digest, updated_at) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT DO UPDATE SET digest = excluded.digest, updated_at = excluded.updated_at",
                        repository,
                        tag,
                        digest.toString(),
                        now());
            }
            return true;
        });
    }

    /** Whether the tag points at this manifest already, so that there is nothing to write. */
    boolean isCurrent(String repository, String tag, Digest digest) {
        Stored stored = relyOnManifest(repository, new ImageReference(repository, tag, null));
        return stored != null && stored.digest().equals(digest);
    }

    /** Removes a tag; false when there is none. */
    boolean deleteTag(String repository, String tag) {
        return database.write(connection -> {
            releaseTag(connection, repository, tag);
            return update(connection, "DELETE FROM image_tag WHERE repository = ? AND tag = ?", repository, tag) == 1;
        });
    }

    /** Removes a manifest and its tags from a repository; false when there is none. Its blobs are left to garbage collection. */
    boolean deleteManifest(String repository, Digest digest) {
        return database.write(connection -> deleteManifest(connection, repository, digest.toString()));
    }

    /** {@link #deleteManifest(String, Digest)} inside a transaction. */
    static boolean deleteManifest(Connection connection, String repository, String digest) throws SQLException {
        int deleted = update(
                connection, "DELETE FROM image_manifest WHERE repository = ? AND digest = ?", repository, digest);
        update(
                connection,
                "DELETE FROM image_need WHERE manifest = ?"
                        + " AND NOT EXISTS (SELECT 1 FROM image_manifest m WHERE m.digest = image_need.manifest)",
                digest);
        return deleted == 1;
    }

    /** Unlinks a blob from a repository. 405 while a manifest there needs it; false when it is not linked. */
    boolean unlinkBlob(String repository, Digest digest) {
        return database.write(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT m.digest FROM image_manifest m WHERE m.repository = ?1 AND (m.digest = ?2 OR EXISTS"
                            + " (SELECT 1 FROM image_need n WHERE n.manifest = m.digest AND n.digest = ?2)) LIMIT 1")) {
                query.setString(1, repository);
                query.setString(2, digest.toString());
                try (ResultSet rows = query.executeQuery()) {
                    if (rows.next()) {
                        throw RegistryFailure.unsupported(
                                405, "manifest " + rows.getString(1) + " needs blob " + digest + "; delete that first");
                    }
                }
            }
            return update(
                            connection,
                            "DELETE FROM image_link WHERE repository = ? AND digest = ?",
                            repository,
                            digest.toString())
                    == 1;
        });
    }

    /** The grace period of what a tag pointed at begins when it no longer does. */
    private void releaseTag(Connection connection, String repository, String tag) throws SQLException {
        update(
                connection,
                "UPDATE image_manifest SET touched_at = ? WHERE repository = ? AND digest ="
                        + " (SELECT digest FROM image_tag WHERE repository = ? AND tag = ?)",
                now(),
                repository,
                repository,
                tag);
    }

    private void putBlob(Connection connection, Digest digest, long size) throws SQLException {
        update(
                connection,
                "INSERT INTO image_blob(digest, size, touched_at) VALUES (?, ?, ?)"
                        + " ON CONFLICT DO UPDATE SET touched_at = excluded.touched_at, size = excluded.size",
                digest.toString(),
                size,
                now());
    }

    private static int link(Connection connection, String repository, Digest digest) throws SQLException {
        return update(
                connection,
                "INSERT OR IGNORE INTO image_link(repository, digest) VALUES (?, ?)",
                repository,
                digest.toString());
    }

    private static Optional<Stored> manifest(Connection connection, String where, String repository, String value)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT m.digest, m.media_type, m.size, m.touched_at FROM image_manifest m WHERE m.repository = ? AND "
                        + where)) {
            query.setString(1, repository);
            query.setString(2, value);
            try (ResultSet rows = query.executeQuery()) {
                Digest digest = rows.next() ? Digest.parse(rows.getString(1)) : null;
                return digest == null
                        ? Optional.empty()
                        : Optional.of(new Stored(digest, rows.getString(2), rows.getLong(3), rows.getLong(4)));
            }
        }
    }

    static int update(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** Rows are touched again only when that moves them noticeably, so that reading does not cost a sync each time. */
    private boolean isStale(long touchedAt) {
        return touchedAt < now() - grace.toMillis() / 4;
    }

    private long now() {
        return clock.millis();
    }
}
