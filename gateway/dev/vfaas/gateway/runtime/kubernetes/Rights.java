package dev.vfaas.gateway.runtime.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/**
 * The rights of a gateway that runs in the cluster as a service account: in each namespace of functions the ClusterRole {@code vfaas-functions}. A gateway
 * that came with a person's kubeconfig has that person's rights and needs none of this.
 */
final class Rights {
    private static final String ROLE = "vfaas-functions";
    private static final String BINDING = "vfaas-gateway";
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Cluster cluster;
    private final ObjectMapper json = new ObjectMapper();

    Rights(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Gives itself its rights in a namespace, unless it has them. */
    void grant(String namespace) {
        String[] account = account();
        if (account.length < 2) {
            return;
        }
        try {
            cluster.client()
                    .rbac()
                    .roleBindings()
                    .inNamespace(namespace)
                    .resource(new RoleBindingBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(BINDING)
                            .addToLabels(MANAGED_BY, "vfaas")
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

    /**
     * Lets functions of a namespace be called by gateways only, where the gateway's own namespace has the label by which it is told from others. The right to
     * do so was {@link #grant granted} a moment ago and may take another one to count.
     */
    void seclude(String namespace) {
        String[] account = account();
        if (account.length < 2 || !hasRole(account[0])) {
            return;
        }
        NetworkPolicy policy = new NetworkPolicyBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("functions")
                .addToLabels(MANAGED_BY, "vfaas")
                .endMetadata()
                .withNewSpec()
                .withNewPodSelector()
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .addNewFrom()
                .withNewNamespaceSelector()
                .addToMatchLabels(Marks.ROLE, "gateway")
                .endNamespaceSelector()
                .endFrom()
                .endIngress()
                .endSpec()
                .build();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                cluster.client()
                        .network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(namespace)
                        .resource(policy)
                        .create();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() == 409) {
                    return;
                }
                if (e.getCode() != 403 || System.nanoTime() > end) {
                    throw e;
                }
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KubernetesClientException("interrupted", e);
            }
        }
    }

    private boolean hasRole(String namespace) {
        Namespace own = cluster.client().namespaces().withName(namespace).get();
        Map<String, String> labels = own == null ? null : own.getMetadata().getLabels();
        return labels != null && "gateway".equals(labels.get(Marks.ROLE));
    }

    /** Namespace and name of the service account it runs as; empty for other credentials. */
    private String[] account() {
        String subject = subject();
        return subject.startsWith(ACCOUNT) ? subject.substring(ACCOUNT.length()).split(":", 2) : new String[0];
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
