package dev.vfaas.gateway.runtime.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.Base64;

/**
 * The rights of a gateway that runs in the cluster as a service account: in each namespace of functions the ClusterRole {@code vfaas-functions}. A gateway
 * that came with a person's kubeconfig has that person's rights and needs none of this.
 */
final class Rights {
    private static final String ROLE = "vfaas-functions";
    private static final String BINDING = "vfaas-gateway";
    private static final String ACCOUNT = "system:serviceaccount:";

    private final Cluster cluster;
    private final ObjectMapper json = new ObjectMapper();

    Rights(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Gives itself its rights in a namespace. */
    void grant(String namespace) {
        String subject = subject();
        if (!subject.startsWith(ACCOUNT)) {
            return;
        }
        String[] account = subject.substring(ACCOUNT.length()).split(":", 2);
        try {
            cluster.client()
                    .rbac()
                    .roleBindings()
                    .inNamespace(namespace)
                    .resource(new RoleBindingBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(BINDING)
                            .endMetadata()
                            .withNewRoleRef()
                            .withApiGroup("rbac.authorization.k8s.io")
                            .withKind("ClusterRole")
                            .withName(ROLE)
                            .endRoleRef()
                            .addNewSubject()
                            .withKind("ServiceAccount")
                            .withNamespace(account[0])
                            .withName(account[1])
                            .endSubject()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }

    /** Who a service account's token says it is; empty for other credentials. */
    private String subject() {
        String token = cluster.client().getConfiguration().getAutoOAuthToken();
        if (token == null || token.isEmpty()) {
            token = cluster.client().getConfiguration().getOauthToken();
        }
        if (token == null) {
            return "";
        }
        String[] parts = token.split("\\.");
        if (parts.length != 3) {
            return "";
        }
        try {
            JsonNode claims = json.readTree(Base64.getUrlDecoder().decode(parts[1]));
            return claims.path("sub").asText("");
        } catch (IOException | IllegalArgumentException e) {
            return "";
        }
    }
}
