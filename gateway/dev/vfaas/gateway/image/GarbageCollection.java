package dev.vfaas.gateway.image;

import dev.vfaas.gateway.store.Database;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Removes what nothing needs any more: manifests without a tag that are neither pinned, nor an entry of an index, nor about a manifest that is there;
 * then blobs no manifest needs. Only what no client has relied on for the grace period goes, so a push in progress keeps its blobs.
 *
 * <p>Each decision and deletion is one write transaction; a blob's file goes while its lock is held, so that a push of the same content either comes
 * before (and the blob stays) or after (and brings the file anew).
 */
final class GarbageCollection {
    private final Database database;
    private final BlobFiles files;
    private final Uploads uploads;
    private final InstantSource clock;
    private final Duration grace;
    private final Predicate<String> pinned;

    /** What a run removed. */
    record Collected(int manifests, int blobs, long bytes) {}

    /** @param pinned whether a deployment needs the manifest of that digest */
    GarbageCollection(
            Database database,
            BlobFiles files,
            Uploads uploads,
            InstantSource clock,
            Duration grace,
            Predicate<String> pinned) {
        this.database = database;
        this.files = files;
        this.uploads = uploads;
        this.clock = clock;
        this.grace = grace;
        this.pinned = pinned;
    }

    /**
     * Files a crash left without a row, or that an older copy of the state does not know, get one, and with it the whole grace period. For the start,
     * before clients come.
     */
    void adopt() throws IOException {
        Set<String> known = new HashSet<>(database.<List<String>>read(connection -> {
            try (PreparedStatement query = connection.prepareStatement("SELECT digest FROM image_blob");
                    ResultSet rows = query.executeQuery()) {
                List<String> digests = new ArrayList<>();
                while (rows.next()) {
                    digests.add(rows.getString(1));
                }
                return digests;
            }
        }));
        for (Digest digest : files.all()) {
            if (!known.contains(digest.toString())) {
                long size = files.size(digest);
                database.write(connection -> ImageCatalog.update(
                        connection,
                        "INSERT OR IGNORE INTO image_blob(digest, size, touched_at) VALUES (?, ?, ?)",
                        digest.toString(),
                        size,
                        clock.millis()));
            }
        }
    }

    /** One run; safe beside pushes and pulls. */
    Collected run() throws IOException {
        uploads.sweep(Duration.ofDays(1));
        long before = clock.millis() - grace.toMillis();
        int manifests = 0;
        for (int round = collectManifests(before); round > 0; round = collectManifests(before)) {
            manifests += round; // entries of an index follow it in the next round
        }
        int blobs = 0;
        long bytes = 0;
        for (Digest digest : unneeded(before)) {
            long freed = collectBlob(digest, before);
            blobs += freed < 0 ? 0 : 1;
            bytes += Math.max(0, freed);
        }
        return new Collected(manifests, blobs, bytes);
    }

    private int collectManifests(long before) {
        return database.write(connection -> {
            List<String[]> unneeded = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement("""
                    SELECT m.repository, m.digest FROM image_manifest m
                    WHERE m.touched_at < ?
                    AND NOT EXISTS (SELECT 1 FROM image_tag t
                      WHERE t.repository = m.repository AND t.digest = m.digest)
                    AND NOT EXISTS (SELECT 1 FROM image_need n
                      JOIN image_manifest p ON p.digest = n.manifest AND p.repository = m.repository
                      WHERE n.digest = m.digest AND n.child = 1)
                    AND NOT EXISTS (SELECT 1 FROM image_manifest s
                      WHERE s.repository = m.repository AND s.digest = m.subject)""")) {
                query.setLong(1, before);
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        unneeded.add(new String[] {rows.getString(1), rows.getString(2)});
                    }
                }
            }
            int deleted = 0;
            for (String[] each : unneeded) {
                if (!pinned.test(each[1]) && ImageCatalog.deleteManifest(connection, each[0], each[1])) {
                    deleted++;
                }
            }
            return deleted;
        });
    }

    private static final String UNNEEDED = """
            image_blob.touched_at < ?
            AND NOT EXISTS (SELECT 1 FROM image_manifest m WHERE m.digest = image_blob.digest)
            AND NOT EXISTS (SELECT 1 FROM image_need n JOIN image_manifest m ON m.digest = n.manifest
              WHERE n.digest = image_blob.digest)""";

    private List<Digest> unneeded(long before) {
        return database.read(connection -> {
            try (PreparedStatement query =
                    connection.prepareStatement("SELECT digest FROM image_blob WHERE " + UNNEEDED)) {
                query.setLong(1, before);
                try (ResultSet rows = query.executeQuery()) {
                    List<Digest> digests = new ArrayList<>();
                    while (rows.next()) {
                        Digest digest = Digest.parse(rows.getString(1));
                        if (digest != null) {
                            digests.add(digest);
                        }
                    }
                    return digests;
                }
            }
        });
    }

    /** Bytes freed, or -1 when the blob is needed again. */
    private long collectBlob(Digest digest, long before) throws IOException {
        files.lock(digest).lock();
        try {
            int deleted = database.write(connection -> ImageCatalog.update(
                    connection,
                    "DELETE FROM image_blob WHERE " + UNNEEDED + " AND digest = ?",
                    before,
                    digest.toString()));
            if (deleted == 0) {
                return -1;
            }
            long size = sizeOrZero(digest);
            files.delete(digest);
            return size;
        } finally {
            files.lock(digest).unlock();
        }
    }

    private long sizeOrZero(Digest digest) {
        try {
            return files.size(digest);
        } catch (IOException e) {
            return 0;
        }
    }
}
