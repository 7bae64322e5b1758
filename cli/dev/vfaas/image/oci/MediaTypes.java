package dev.vfaas.image.oci;

/** Media types of images: those of the OCI image specification, and Docker's, which base images may have. */
public final class MediaTypes {
    public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";

    /** What a client that understands all of them accepts. */
    public static final String ANY_MANIFEST = String.join(", ", MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_INDEX);

    private MediaTypes() {}

    /** Whether a manifest of that type lists manifests of several platforms. */
    public static boolean isIndex(String mediaType) {
        return mediaType.equals(INDEX) || mediaType.equals(DOCKER_INDEX);
    }

    /** The OCI name of a layer's type; the bytes are the same. */
    public static String ociLayer(String mediaType) {
        return switch (mediaType) {
            case "application/vnd.docker.image.rootfs.diff.tar.gzip" -> LAYER_GZIP;
            case "application/vnd.docker.image.rootfs.diff.tar" -> "application/vnd.oci.image.layer.v1.tar";
            case "application/vnd.docker.image.rootfs.diff.tar.zstd" -> "application/vnd.oci.image.layer.v1.tar+zstd";
            default -> mediaType;
        };
    }
}
