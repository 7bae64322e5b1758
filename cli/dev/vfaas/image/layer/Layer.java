package dev.vfaas.image.layer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A layer that has been made and lies in the cache's blobs.
 *
 * @param digest of the compressed archive, {@code sha256:HEX}
 * @param size of the compressed archive, in bytes
 * @param diffId digest of the uncompressed archive
 * @param files how many files it holds
 * @param contentSize what the files hold together, in bytes
 */
public record Layer(String digest, long size, String diffId, int files, long contentSize) {

    /** The layer as fields of a cache record. */
    public Map<String, String> toFields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("digest", digest);
        fields.put("size", Long.toString(size));
        fields.put("diffId", diffId);
        fields.put("files", Integer.toString(files));
        fields.put("contentSize", Long.toString(contentSize));
        return fields;
    }

    /** The layer that {@link #toFields} described. */
    public static Layer ofFields(Map<String, String> fields) {
        return new Layer(
                fields.getOrDefault("digest", ""),
                Long.parseLong(fields.getOrDefault("size", "0")),
                fields.getOrDefault("diffId", ""),
                Integer.parseInt(fields.getOrDefault("files", "0")),
                Long.parseLong(fields.getOrDefault("contentSize", "0")));
    }
}
