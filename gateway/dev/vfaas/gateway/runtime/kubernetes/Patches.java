package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** {@link Numbers} as small patches of Deployments, each one request. */
final class Patches implements Numbers {
    private final Cluster cluster;
    private final Executor executor;

    Patches(Cluster cluster, Executor executor) {
        this.cluster = cluster;
        this.executor = executor;
    }

    @Override
    public Deployment set(FunctionKey key, int replicas, @Nullable Integer baseline) {
        String note = baseline == null
                ? ""
                : "\"metadata\":{\"annotations\":{\"" + Marks.BASELINE + "\":\"" + baseline + "\"}},";
        return patch(key, PatchType.JSON_MERGE, "{" + note + "\"spec\":{\"replicas\":" + replicas + "}}");
    }

    @Override
    public Deployment wake(FunctionKey key, int replicas) {
        String onlyFromZero = "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":0},"
                + "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":" + replicas + "}]";
        try {
            return patch(key, PatchType.JSON, onlyFromZero);
        } catch (RuntimeFailure e) {
            if (e.kind() != RuntimeFailure.Kind.INVALID) {
                throw e;
            }
        }
        try { // another gateway was first
            Deployment now = cluster.client()
                    .apps()
                    .deployments()
                    .inNamespace(key.namespace())
                    .withName(key.name())
                    .get();
            if (now != null) {
                return now;
            }
        } catch (KubernetesClientException e) {
            throw cluster.failure("read function " + key, e);
        }
        throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " not found");
    }

    private Deployment patch(FunctionKey key, PatchType type, String patch) {
        try {
            return cluster.client()
                    .apps()
                    .deployments()
                    .inNamespace(key.namespace())
                    .withName(key.name())
                    .patch(PatchContext.of(type), patch);
        } catch (KubernetesClientException e) {
            throw cluster.failure("scale function " + key, e);
        }
    }

    @Override
    public List<Pod> pods(FunctionKey key) {
        try {
            return cluster.client()
                    .pods()
                    .inNamespace(key.namespace())
                    .withLabel(Marks.FUNCTION, key.name())
                    .list()
                    .getItems();
        } catch (KubernetesClientException e) {
            throw cluster.failure("list the pods of function " + key, e);
        }
    }

    @Override
    public void async(Runnable task) {
        executor.execute(task);
    }

    @Override
    public void later(Duration wait, Runnable task) {
        executor.execute(() -> {
            try {
                Thread.sleep(wait);
            } catch (InterruptedException e) {
                return; // closing
            }
            task.run();
        });
    }
}
