package dev.vfaas.gateway.runtime.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.openfaas.FunctionStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What functions use, by the cluster's metrics API (metrics.k8s.io), which K3s brings and other clusters may lack. */
final class Usage {
    private static final long FRESH_NANOS = 10_000_000_000L;

    private record Sample(long nanos, @Nullable ResourceUse use) {}

    private final Map<FunctionKey, Sample> samples = new ConcurrentHashMap<>();
    private final Cluster cluster;
    private final ObjectMapper json = new ObjectMapper();

    Usage(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The same, asked at most every ten seconds: the cluster measures no oftener, and the autoscaler asks each second. */
    @Nullable
    ResourceUse lately(FunctionKey key) {
        Sample before = samples.get(key);
        long now = System.nanoTime();
        if (before != null && now - before.nanos() < FRESH_NANOS) {
            return before.use();
        }
        FunctionStatus.Usage usage = of(key);
        ResourceUse use = usage == null ? null : new ResourceUse(usage.cpu(), Math.round(usage.totalMemoryBytes()));
        samples.put(key, new Sample(now, use));
        return use;
    }

    /** The sum over a function's pods; null when the cluster does not measure. */
    FunctionStatus.@Nullable Usage of(FunctionKey key) {
        try {
            String answer = cluster.client()
                    .raw("/apis/metrics.k8s.io/v1beta1/namespaces/" + key.namespace() + "/pods?labelSelector="
                            + Marks.FUNCTION + "%3D" + key.name());
            if (answer == null) {
                return null;
            }
            return sum(json.readTree(answer));
        } catch (KubernetesClientException | JsonProcessingException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The sum over the pods of a PodMetricsList; null when it has none, as before a pod's first measurement. */
    static FunctionStatus.@Nullable Usage sum(JsonNode list) {
        JsonNode pods = list.path("items");
        if (pods.isEmpty()) {
            return null;
        }
        BigDecimal cpu = BigDecimal.ZERO;
        BigDecimal memory = BigDecimal.ZERO;
        for (JsonNode pod : pods) {
            for (JsonNode container : pod.path("containers")) {
                cpu = cpu.add(amount(container.path("usage").path("cpu").asText("0")));
                memory =
                        memory.add(amount(container.path("usage").path("memory").asText("0")));
            }
        }
        return new FunctionStatus.Usage(cpu.movePointRight(3).doubleValue(), memory.doubleValue());
    }

    private static BigDecimal amount(String quantity) {
        return Quantity.parse(quantity).getNumericalAmount();
    }
}
