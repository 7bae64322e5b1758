package dev.vfaas.gateway.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the store must know of a manifest (OCI image manifest or index, Docker schema 2 manifest or manifest list); its bytes are kept as they came.
 *
 * @param config digest of the configuration, null for an index
 * @param layers lowest first, empty for an index
 * @param children entries of an index
 * @param subject the manifest this one is about, if any
 * @param annotations as JSON text, null when there are none
 */
record Manifest(
        String mediaType,
        @Nullable Digest config,
        List<Layer> layers,
        List<Child> children,
        @Nullable Digest subject,
        @Nullable String artifactType,
        @Nullable String annotations) {

    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    /** A layer; a foreign one is fetched from elsewhere and need not be in the store. */
    record Layer(Digest digest, boolean foreign) {}

    /** An entry of an index, its platform in the specification's names, empty where it says none. */
    record Child(Digest digest, String os, String architecture) {}

    /**
     * Reads and checks a manifest a client sends.
     *
     * @param contentType of the request; null takes the document's own
     * @throws RegistryFailure MANIFEST_INVALID
     */
    static Manifest parse(byte[] bytes, @Nullable String contentType, ObjectMapper json) {
        JsonNode document;
        try {
            document = json.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw RegistryFailure.manifestInvalid("the manifest is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw RegistryFailure.manifestInvalid("the manifest is not JSON: " + e);
        }
        if (!document.isObject() || document.path("schemaVersion").asInt() != 2) {
            throw RegistryFailure.manifestInvalid("the manifest is not a JSON object of schemaVersion 2");
        }
        String own = text(document, "mediaType");
        String given = contentType == null
                ? null
                : contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
        if (own != null && given != null && !own.equals(given)) {
            throw RegistryFailure.manifestInvalid(
                    "the manifest's mediaType " + own + " is not the request's Content-Type " + given);
        }
        String mediaType = own != null ? own : given;
        if (mediaType == null) {
            throw RegistryFailure.manifestInvalid("the request has no Content-Type and the manifest no mediaType");
        }
        return switch (mediaType) {
            case OCI_INDEX, DOCKER_LIST -> index(document, mediaType);
            case OCI_MANIFEST, DOCKER_MANIFEST -> image(document, mediaType);
            default -> throw RegistryFailure.manifestInvalid("manifests of type " + mediaType + " are not supported");
        };
    }

    private static Manifest image(JsonNode document, String mediaType) {
        Digest config = digest(document.path("config"), "config");
        List<Layer> layers = new ArrayList<>();
        for (JsonNode layer : document.path("layers")) {
            String type = layer.path("mediaType").asText();
            layers.add(new Layer(
                    digest(layer, "layer"), type.contains(".foreign.") || type.contains(".nondistributable.")));
        }
        String artifactType = text(document, "artifactType");
        return new Manifest(
                mediaType,
                config,
                List.copyOf(layers),
                List.of(),
                subject(document),
                artifactType != null ? artifactType : text(document.path("config"), "mediaType"),
                annotations(document));
    }

    private static Manifest index(JsonNode document, String mediaType) {
        List<Child> children = new ArrayList<>();
        for (JsonNode entry : document.path("manifests")) {
            JsonNode platform = entry.path("platform");
            children.add(new Child(
                    digest(entry, "entry of the index"),
                    platform.path("os").asText(),
                    platform.path("architecture").asText()));
        }
        return new Manifest(
                mediaType,
                null,
                List.of(),
                List.copyOf(children),
                subject(document),
                text(document, "artifactType"),
                annotations(document));
    }

    boolean isIndex() {
        return config == null;
    }

    private static @Nullable Digest subject(JsonNode document) {
        return document.hasNonNull("subject") ? digest(document.get("subject"), "subject") : null;
    }

    private static @Nullable String annotations(JsonNode document) {
        JsonNode annotations = document.get("annotations");
        return annotations != null && annotations.isObject() ? annotations.toString() : null;
    }

    private static Digest digest(JsonNode descriptor, String what) {
        Digest digest = Digest.parse(text(descriptor, "digest"));
        if (digest == null) {
            throw RegistryFailure.manifestInvalid("the manifest's " + what + " has no sha256 digest");
        }
        return digest;
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        return value != null && value.isTextual() && !value.textValue().isEmpty() ? value.textValue() : null;
    }
}
