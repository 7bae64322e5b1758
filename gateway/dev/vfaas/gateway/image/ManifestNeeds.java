package dev.vfaas.gateway.image;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a repository must hold before it may hold a manifest. */
final class ManifestNeeds {
    private ManifestNeeds() {}

    /** MANIFEST_BLOB_UNKNOWN, with an entry for each thing the repository lacks. */
    static void require(Connection connection, String repository, Manifest manifest) throws SQLException {
        List<RegistryFailure.Entry> missing = new ArrayList<>();
        for (Map.Entry<Digest, Boolean> need : of(manifest).entrySet()) {
            String table = need.getValue() ? "image_manifest" : "image_link";
            try (PreparedStatement query =
                    connection.prepareStatement("SELECT 1 FROM " + table + " WHERE repository = ? AND digest = ?")) {
                query.setString(1, repository);
                query.setString(2, need.getKey().toString());
                try (ResultSet rows = query.executeQuery()) {
                    if (!rows.next()) {
                        missing.add(new RegistryFailure.Entry(
                                "MANIFEST_BLOB_UNKNOWN",
                                (need.getValue() ? "manifest " : "blob ") + need.getKey()
                                        + ", which the manifest refers to, is unknown in " + repository,
                                Map.of("digest", need.getKey().toString())));
                    }
                }
            }
        }
        if (!missing.isEmpty()) {
            throw RegistryFailure.of(404, missing);
        }
    }

    /** What must be in the repository before the manifest; true marks manifests of an index. */
    static Map<Digest, Boolean> of(Manifest manifest) {
        Map<Digest, Boolean> needs = new LinkedHashMap<>();
        if (manifest.config() != null) {
            needs.put(manifest.config(), false);
        }
        manifest.layers().stream().filter(layer -> !layer.foreign()).forEach(layer -> needs.put(layer.digest(), false));
        manifest.children().forEach(child -> needs.put(child.digest(), true));
        return needs;
    }
}
