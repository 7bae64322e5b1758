package dev.vfaas.gateway.image;

import dev.vfaas.gateway.store.Schema;
import java.util.List;

/** The image store's tables: blobs, the repositories they are linked to, manifests, what each manifest needs, tags. */
final class ImageSchema {
    private ImageSchema() {}

    /** Room {@code image}; times are epoch milliseconds. */
    static final Schema SCHEMA = new Schema("image", List.of("""
            CREATE TABLE image_blob(
              digest TEXT PRIMARY KEY,
              size INTEGER NOT NULL,
              touched_at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE image_link(
              repository TEXT NOT NULL,
              digest TEXT NOT NULL REFERENCES image_blob(digest) ON DELETE CASCADE,
              PRIMARY KEY (repository, digest)
            ) WITHOUT ROWID;
            CREATE INDEX image_link_digest ON image_link(digest);
            CREATE TABLE image_manifest(
              repository TEXT NOT NULL,
              digest TEXT NOT NULL REFERENCES image_blob(digest),
              media_type TEXT NOT NULL,
              size INTEGER NOT NULL,
              subject TEXT,
              artifact_type TEXT,
              annotations TEXT,
              touched_at INTEGER NOT NULL,
              PRIMARY KEY (repository, digest)
            ) WITHOUT ROWID;
            CREATE INDEX image_manifest_digest ON image_manifest(digest);
            CREATE INDEX image_manifest_subject ON image_manifest(repository, subject) WHERE subject IS NOT NULL;
            CREATE TABLE image_need(
              manifest TEXT NOT NULL,
              digest TEXT NOT NULL,
              child INTEGER NOT NULL,
              PRIMARY KEY (manifest, digest)
            ) WITHOUT ROWID;
            CREATE INDEX image_need_digest ON image_need(digest);
            CREATE TABLE image_tag(
              repository TEXT NOT NULL,
              tag TEXT NOT NULL,
              digest TEXT NOT NULL,
              updated_at INTEGER NOT NULL,
              PRIMARY KEY (repository, tag),
              FOREIGN KEY (repository, digest) REFERENCES image_manifest(repository, digest) ON DELETE CASCADE
            ) WITHOUT ROWID;
            CREATE INDEX image_tag_digest ON image_tag(repository, digest);
            """));
}
