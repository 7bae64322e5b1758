package dev.vfaas.gateway.image;

import dev.vfaas.gateway.store.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists what the store holds, in the byte order of the names, page by page. */
final class ImageListing {
    private final Database database;

    /** A manifest that is about another: a descriptor of the referrers API. */
    record Referrer(
            String mediaType,
            long size,
            String digest,
            @Nullable String artifactType,
            @Nullable String annotations) {}

    ImageListing(Database database) {
        this.database = database;
    }

    /** Up to {@code limit} tags after {@code last}. */
    List<String> tags(String repository, String last, int limit) {
        return names(
                "SELECT tag FROM image_tag WHERE repository = ?1 AND tag > ?2 ORDER BY tag LIMIT ?3",
                repository,
                last,
                limit);
    }

    /** Up to {@code limit} repositories that have a manifest, after {@code last}. */
    List<String> repositories(String last, int limit) {
        return names(
                "SELECT DISTINCT repository FROM image_manifest WHERE ?1 = '' AND repository > ?2"
                        + " ORDER BY repository LIMIT ?3",
                "",
                last,
                limit);
    }

    /** Whether anything was pushed to the repository and is still there. */
    boolean isKnown(String repository) {
        return !names("SELECT digest FROM image_link WHERE repository = ?1 AND digest > ?2 LIMIT ?3", repository, "", 1)
                .isEmpty();
    }

    /** Manifests of the repository whose subject is the digest, of one artifact type or, with null, of any. */
    List<Referrer> referrers(String repository, Digest subject, @Nullable String artifactType) {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT media_type, size, digest, artifact_type, annotations FROM image_manifest"
                            + " WHERE repository = ?1 AND subject = ?2 AND (?3 IS NULL OR artifact_type = ?3)"
                            + " ORDER BY digest")) {
                query.setString(1, repository);
                query.setString(2, subject.toString());
                query.setString(3, artifactType);
                try (ResultSet rows = query.executeQuery()) {
                    List<Referrer> found = new ArrayList<>();
                    while (rows.next()) {
                        found.add(new Referrer(
                                rows.getString(1),
                                rows.getLong(2),
                                rows.getString(3),
                                rows.getString(4),
                                rows.getString(5)));
                    }
                    return found;
                }
            }
        });
    }

    private List<String> names(String sql, String first, String last, int limit) {
        return database.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setString(1, first);
                query.setString(2, last);
                query.setInt(3, limit);
                try (ResultSet rows = query.executeQuery()) {
                    List<String> names = new ArrayList<>();
                    while (rows.next()) {
                        names.add(rows.getString(1));
                    }
                    return names;
                }
            }
        });
    }
}
