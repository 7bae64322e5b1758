package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Secrets as Secrets of the cluster, labelled as OpenFaaS's are; others are neither shown nor touched. A value that is a Docker configuration with
 * logins becomes a pull secret. How they are kept at rest is the cluster's affair.
 */
public final class KubernetesSecrets implements Secrets {
    private static final String PULL = "kubernetes.io/dockerconfigjson";
    private static final String PULL_KEY = ".dockerconfigjson";

    private final Cluster cluster;
    private final PullSecrets pullSecrets = new PullSecrets();

    public KubernetesSecrets(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public List<String> names(String namespace) {
        return all(namespace).stream()
                .map(secret -> secret.getMetadata().getName())
                .sorted()
                .toList();
    }

    /** Those of the namespace that functions may use. */
    List<io.fabric8.kubernetes.api.model.Secret> all(String namespace) {
        try {
            return cluster.client()
                    .secrets()
                    .inNamespace(namespace)
                    .withLabel(Marks.SECRETS, Marks.SECRETS_OWNER)
                    .list()
                    .getItems();
        } catch (KubernetesClientException e) {
            throw cluster.failure("list secrets of " + namespace, e);
        }
    }

    @Override
    public void create(String namespace, String name, Secret value) {
        boolean logins = pullSecrets.isLogins(value);
        try {
            cluster.client()
                    .secrets()
                    .inNamespace(namespace)
                    .resource(new SecretBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(name)
                            .withLabels(Map.of(Marks.SECRETS, Marks.SECRETS_OWNER))
                            .endMetadata()
                            .withType(logins ? PULL : "Opaque")
                            .withData(Map.of(logins ? PULL_KEY : name, encoded(value)))
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            throw e.getCode() == 409
                    ? new RuntimeFailure(
                            RuntimeFailure.Kind.ALREADY_EXISTS,
                            "secret with the name \"" + name + "\" already exists",
                            e)
                    : cluster.failure("create secret " + name, e);
        }
    }

    @Override
    public void update(String namespace, String name, Secret value) {
        io.fabric8.kubernetes.api.model.Secret found = existing(namespace, name);
        boolean pull = PULL.equals(found.getType());
        if (pull && !pullSecrets.isLogins(value)) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID,
                    "secret \"" + name + "\" holds registry logins; its new value must be a Docker configuration too");
        }
        try {
            cluster.client()
                    .secrets()
                    .inNamespace(namespace)
                    .resource(new SecretBuilder(found)
                            .withStringData(null)
                            .withData(Map.of(pull ? PULL_KEY : name, encoded(value)))
                            .build())
                    .update();
        } catch (KubernetesClientException e) {
            throw cluster.failure("update secret " + name, e);
        }
    }

    @Override
    public void delete(String namespace, String name) {
        existing(namespace, name);
        try {
            cluster.client().secrets().inNamespace(namespace).withName(name).delete();
        } catch (KubernetesClientException e) {
            throw cluster.failure("delete secret " + name, e);
        }
    }

    @Override
    public Secret value(String namespace, String name) {
        Map<String, String> data = existing(namespace, name).getData();
        String encoded = data == null ? null : data.getOrDefault(name, data.get(PULL_KEY));
        if (encoded == null) {
            throw missing(name);
        }
        return Secret.of(Base64.getDecoder().decode(encoded));
    }

    private io.fabric8.kubernetes.api.model.Secret existing(String namespace, String name) {
        io.fabric8.kubernetes.api.model.Secret found = find(namespace, name);
        if (found == null) {
            throw missing(name);
        }
        return found;
    }

    private io.fabric8.kubernetes.api.model.@Nullable Secret find(String namespace, String name) {
        try {
            var found = cluster.client()
                    .secrets()
                    .inNamespace(namespace)
                    .withName(name)
                    .get();
            boolean ours = found != null
                    && found.getMetadata().getLabels() != null
                    && Marks.SECRETS_OWNER.equals(
                            found.getMetadata().getLabels().get(Marks.SECRETS));
            return ours ? found : null;
        } catch (KubernetesClientException e) {
            throw cluster.failure("read secret " + name, e);
        }
    }

    private static String encoded(Secret value) {
        return Base64.getEncoder().encodeToString(value.reveal());
    }

    private static RuntimeFailure missing(String name) {
        return new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "secret \"" + name + "\" not found");
    }
}
