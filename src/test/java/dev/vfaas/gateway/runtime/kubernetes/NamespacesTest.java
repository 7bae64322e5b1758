package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.FunctionNamespace;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamespacesTest {
    @Test
    void an_update_keeps_the_labels_that_guard_a_namespace() {
        Namespace live = new NamespaceBuilder()
                .withNewMetadata()
                .withName("staging")
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .addToLabels("pod-security.kubernetes.io/warn", "restricted")
                .addToLabels("app.kubernetes.io/managed-by", "vfaas")
                .addToLabels("vfaas.dev/role", "functions")
                .addToLabels("team", "web")
                .endMetadata()
                .build();
        FunctionNamespace asked = new FunctionNamespace(
                "staging", Map.of("stage", "2", "pod-security.kubernetes.io/warn", "baseline"), Map.of());
        assertThat(Namespaces.labels(live, asked))
                .containsOnly(
                        Map.entry("stage", "2"),
                        Map.entry("pod-security.kubernetes.io/enforce", "restricted"),
                        Map.entry("pod-security.kubernetes.io/warn", "baseline"),
                        Map.entry("app.kubernetes.io/managed-by", "vfaas"),
                        Map.entry("vfaas.dev/role", "functions"));
    }
}
