package dev.vfaas.gateway.runtime.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.openfaas.Secret;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Which Secrets hold logins for registries, and which of them fit an image. */
final class PullSecrets {
    private final ObjectMapper json = new ObjectMapper();
    private static final String USUAL_REGISTRY = "index.docker.io";

    /** Whether a value is Docker's configuration with logins: {@code {"auths": {HOST: ...}}}. */
    boolean isLogins(Secret value) {
        String text = value.revealText().strip();
        if (!text.startsWith("{")) {
            return false;
        }
        try {
            JsonNode auths = json.readTree(text).path("auths");
            return auths.isObject() && !auths.isEmpty();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    static boolean isPullSecret(io.fabric8.kubernetes.api.model.Secret secret) {
        return "kubernetes.io/dockerconfigjson".equals(secret.getType())
                || "kubernetes.io/dockercfg".equals(secret.getType());
    }

    /** Names of those among {@code secrets} that hold a login for the image's registry. */
    List<String> fitting(String image, List<io.fabric8.kubernetes.api.model.Secret> secrets) {
        String host = host(image);
        List<String> names = new ArrayList<>();
        for (io.fabric8.kubernetes.api.model.Secret secret : secrets) {
            Map<String, String> data = secret.getData();
            String encoded = data == null ? null : data.get(".dockerconfigjson");
            if (encoded != null && isPullSecret(secret) && knows(encoded, host)) {
                names.add(secret.getMetadata().getName());
            }
        }
        return names;
    }

    private boolean knows(String encoded, String host) {
        try {
            JsonNode auths = json.readTree(Base64.getDecoder().decode(encoded)).path("auths");
            for (Map.Entry<String, JsonNode> login : auths.properties()) {
                String registry = login.getKey().replaceFirst("^https?://", "").replaceFirst("/.*", "");
                if (registry.equals(host)) {
                    return true;
                }
            }
            return false;
        } catch (java.io.IOException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The registry an image reference names. */
    static String host(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
        return host && !first.equals("docker.io") ? first : USUAL_REGISTRY;
    }
}
