package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.openfaas.FunctionDeployment;
import io.fabric8.kubernetes.api.model.Container;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static Container container(boolean sleeps) {
        FunctionDeployment asked = new FunctionDeployment(
                "hello", "hello:1", null, null, Map.of(), List.of(), List.of(), Map.of(), Map.of(), null, null, false);
        Manifest.Shape shape = new Manifest.Shape("hello:1", "life", 1, 1, 1, List.of(), List.of(), sleeps);
        return new Manifest()
                .deployment(new FunctionKey("openfaas-fn", "hello"), asked, shape)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst();
    }

    /** A server that ends at once on SIGTERM still answers the calls that were on their way to it. */
    @Test
    void aClusterThatKnowsThePauseMakesItBeforeAReplicaEnds() {
        assertThat(container(true).getLifecycle().getPreStop().getSleep().getSeconds())
                .isEqualTo(2);
        assertThat(container(false).getLifecycle()).isNull();
    }
}
