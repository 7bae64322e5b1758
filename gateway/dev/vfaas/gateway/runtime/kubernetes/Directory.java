package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All functions of the watched namespaces. Looking one up never blocks. */
final class Directory implements Watch.Eyes, AutoCloseable {
    private final Map<FunctionKey, KubernetesFunction> functions = new ConcurrentHashMap<>();
    private final Map<String, Watch> watches = new ConcurrentHashMap<>();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();
    private final Cluster cluster;
    private final Numbers numbers;
    private final KeptImages images;
    private final Reading reading = new Reading();

    Directory(Cluster cluster, Numbers numbers, KeptImages images) {
        this.images = images;
        this.cluster = cluster;
        this.numbers = numbers;
    }

    /** Watches a namespace from now on; returns when what is in it has been seen. UNAVAILABLE. */
    void watch(String namespace, Duration limit) {
        Watch watch = new Watch(cluster.client(), namespace, this);
        if (watches.putIfAbsent(namespace, watch) != null) {
            watch.close();
            return;
        }
        watch.begin(limit);
    }

    /** Ends watching a namespace and forgets its functions. */
    void leave(String namespace) {
        Watch watch = watches.remove(namespace);
        if (watch != null) {
            watch.close();
        }
        functions.values().stream()
                .filter(function -> function.key().namespace().equals(namespace))
                .forEach(function -> drop(function.key(), function.uid()));
        images.leaveNamespace(namespace);
    }

    boolean watches(String namespace) {
        return watches.containsKey(namespace);
    }

    Set<String> namespaces() {
        return watches.keySet();
    }

    @Nullable
    KubernetesFunction find(FunctionKey key) {
        return functions.get(key);
    }

    Collection<KubernetesFunction> all() {
        return functions.values();
    }

    /** It was asked to be removed: what is still seen of it does not count. */
    void remove(Deployment deployment) {
        removed.add(deployment.getMetadata().getUid());
        drop(Reading.key(deployment), deployment.getMetadata().getUid());
    }

    private void drop(FunctionKey key, String uid) {
        functions.computeIfPresent(key, (k, function) -> {
            if (!function.uid().equals(uid)) {
                return function;
            }
            function.end();
            images.leave(key);
            return null;
        });
    }

    @Override
    public void seen(Deployment deployment) {
        String uid = deployment.getMetadata().getUid();
        if (removed.contains(uid) || deployment.getMetadata().getDeletionTimestamp() != null) {
            return;
        }
        FunctionKey key = Reading.key(deployment);
        images.keep(key, Reading.image(deployment));
        KubernetesFunction known = functions.get(key);
        if (known != null && known.uid().equals(uid)) {
            known.see(deployment);
            return;
        }
        KubernetesFunction fresh = new KubernetesFunction(deployment, reading, numbers);
        if (known != null) {
            known.end();
        }
        functions.put(key, fresh);
        Watch watch = watches.get(key.namespace());
        if (watch != null) {
            watch.pods().stream()
                    .filter(pod ->
                            key.name().equals(pod.getMetadata().getLabels().get(Marks.FUNCTION)))
                    .forEach(fresh::see);
        }
    }

    @Override
    public void gone(Deployment deployment) {
        drop(Reading.key(deployment), deployment.getMetadata().getUid());
        removed.remove(deployment.getMetadata().getUid());
    }

    @Override
    public void seen(Pod pod) {
        images.keep(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getUid(),
                pod.getSpec().getContainers().getFirst().getImage());
        KubernetesFunction function = functions.get(key(pod));
        if (function != null) {
            function.see(pod);
        }
    }

    @Override
    public void gone(Pod pod) {
        images.leave(pod.getMetadata().getUid());
        KubernetesFunction function = functions.get(key(pod));
        if (function != null) {
            function.gone(pod);
        }
    }

    private static FunctionKey key(Pod pod) {
        return new FunctionKey(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getLabels().getOrDefault(Marks.FUNCTION, "")); // the watch asks for pods that have it
    }

    @Override
    public void close() {
        watches.values().forEach(Watch::close);
    }
}
