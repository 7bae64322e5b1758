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
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What functions use, by the cluster's metrics API (metrics.k8s.io), which K3s brings and other clusters may lack. */
final class Usage {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** What the pods of a namespace used, by their names. */
    private record Sample(long nanos, Map<String, ResourceUse> pods) {}

    private final Map<String, Sample> samples = new ConcurrentHashMap<>();
    private final Set<String> asking = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> asked = new ConcurrentHashMap<>();
    private final Cluster cluster;
    private final LongSupplier nanos;
    private final ObjectMapper json = new ObjectMapper();

    Usage(Cluster cluster) {
        this(cluster, System::nanoTime);
    }

    /** @param nanos a clock */
    Usage(Cluster cluster, LongSupplier nanos) {
        this.cluster = cluster;
        this.nanos = nanos;
    }

    /**
     * The sum over a function's pods as last measured, null when that is not known or older than a minute. Never waits: a namespace is asked about at most
     * every ten seconds, for the cluster measures no oftener, on a thread of its own.
     */
    @Nullable
    ResourceUse lately(String namespace, Collection<String> pods) {
        Sample sample = samples.get(namespace);
        long now = nanos.getAsLong();
        long age = sample == null ? Long.MAX_VALUE : now - sample.nanos();
        Long before = asked.get(namespace);
        if ((before == null || now - before >= FRESH_NANOS) && asking.add(namespace)) {
            Thread.ofVirtual().name("usage").start(() -> measure(namespace));
        }
        if (sample == null || age >= OLD_NANOS) {
            return null;
        }
        double cpu = 0;
        long memory = 0;
        boolean known = false;
        for (String pod : pods) {
            ResourceUse use = sample.pods().get(pod);
            if (use != null) {
                known = true;
                cpu += use.milliCpu();
                memory += use.memoryBytes();
            }
        }
        return known ? new ResourceUse(cpu, memory) : null;
    }

    private void measure(String namespace) {
        try {
            JsonNode list = list(namespace, Marks.FUNCTION);
            if (list != null) {
                Map<String, ResourceUse> pods = new HashMap<>();
                for (JsonNode pod : list.path("items")) {
                    FunctionStatus.Usage usage = of(pod);
                    pods.put(
                            pod.path("metadata").path("name").asText(),
                            new ResourceUse(usage.cpu(), Math.round(usage.totalMemoryBytes())));
                }
                samples.put(namespace, new Sample(nanos.getAsLong(), pods));
            }
        } finally {
            asked.put(namespace, nanos.getAsLong());
            asking.remove(namespace);
        }
    }

    /** The PodMetricsList of a namespace; null when the cluster does not measure, or the answer makes no sense. */
    private @Nullable JsonNode list(String namespace, String selector) {
        try {
            String answer = cluster.client()
                    .raw("/apis/metrics.k8s.io/v1beta1/namespaces/" + namespace + "/pods?labelSelector=" + selector);
            return answer == null ? null : json.readTree(answer);
        } catch (KubernetesClientException | JsonProcessingException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The sum over a function's pods; null when the cluster does not measure. */
    FunctionStatus.@Nullable Usage of(FunctionKey key) {
        JsonNode list = list(key.namespace(), Marks.FUNCTION + "%3D" + key.name());
        return list == null ? null : sum(list);
    }

    /** The sum over the pods of a PodMetricsList; null when it has none, as before a pod's first measurement. */
    static FunctionStatus.@Nullable Usage sum(JsonNode list) {
        JsonNode pods = list.path("items");
        if (pods.isEmpty()) {
            return null;
        }
        double cpu = 0;
        double memory = 0;
        for (JsonNode pod : pods) {
            FunctionStatus.Usage usage = of(pod);
            cpu += usage.cpu();
            memory += usage.totalMemoryBytes();
        }
        return new FunctionStatus.Usage(cpu, memory);
    }

    /** Of one pod, the sum over its containers. */
    private static FunctionStatus.Usage of(JsonNode pod) {
        BigDecimal cpu = BigDecimal.ZERO;
        BigDecimal memory = BigDecimal.ZERO;
        for (JsonNode container : pod.path("containers")) {
            cpu = cpu.add(amount(container.path("usage").path("cpu").asText("0")));
            memory = memory.add(amount(container.path("usage").path("memory").asText("0")));
        }
        return new FunctionStatus.Usage(cpu.movePointRight(3).doubleValue(), memory.doubleValue());
    }

    private static BigDecimal amount(String quantity) {
        return Quantity.parse(quantity).getNumericalAmount();
    }
}
