package dev.vfaas.image.oci;

/**
 * What a manifest says of a blob or an index of a manifest.
 *
 * @param digest {@code sha256:HEX}
 * @param size in bytes
 */
public record Descriptor(String mediaType, String digest, long size) {}
