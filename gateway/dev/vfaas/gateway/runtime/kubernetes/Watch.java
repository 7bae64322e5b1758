package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Watches the functions of one namespace: their Deployments and their pods. A watch that breaks is begun again, with pauses that grow to seconds, and
 * lists anew what it missed; until then nothing is forgotten.
 */
final class Watch implements AutoCloseable {
    private final String namespace;
    private final SharedIndexInformer<Deployment> deployments;
    private final SharedIndexInformer<Pod> pods;

    /** What is seen; each kind in order, the two kinds at the same time. */
    interface Eyes {
        void seen(Deployment deployment);

        void gone(Deployment deployment);

        void seen(Pod pod);

        void gone(Pod pod);
    }

    Watch(KubernetesClient client, String namespace, Eyes eyes) {
        this.namespace = namespace;
        this.deployments = client.apps()
                .deployments()
                .inNamespace(namespace)
                .withLabel(Marks.FUNCTION)
                .runnableInformer(0);
        this.pods =
                client.pods().inNamespace(namespace).withLabel(Marks.FUNCTION).runnableInformer(0);
        deployments.addEventHandler(new Handler<>(eyes::seen, eyes::gone));
        pods.addEventHandler(new Handler<>(eyes::seen, eyes::gone));
        deployments.exceptionHandler((started, failure) -> true); // never give up
        pods.exceptionHandler((started, failure) -> true);
    }

    /** Turns an informer's events into two: seen and gone. */
    private record Handler<T extends HasMetadata>(
            java.util.function.Consumer<T> seen, java.util.function.Consumer<T> gone)
            implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T added) {
            seen.accept(added);
        }

        @Override
        public void onUpdate(T before, T after) {
            seen.accept(after);
        }

        @Override
        public void onDelete(T deleted, boolean unknown) {
            gone.accept(deleted);
        }
    }

    /** Begins, and returns when all there is has been seen; UNAVAILABLE when that takes too long. It goes on trying then, too. */
    void begin(Duration limit) {
        CompletableFuture<Void> both = CompletableFuture.allOf(
                deployments.start().toCompletableFuture(), pods.start().toCompletableFuture());
        try {
            both.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.UNAVAILABLE,
                    "the functions of namespace " + namespace + " could not be listed within " + limit.toSeconds()
                            + " s",
                    e);
        } catch (ExecutionException e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.UNAVAILABLE,
                    "the functions of namespace " + namespace + " cannot be listed: " + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(RuntimeFailure.Kind.UNAVAILABLE, "interrupted", e);
        }
    }

    /** The pods as last seen. */
    List<Pod> pods() {
        return pods.getStore().list();
    }

    @Override
    public void close() {
        deployments.stop();
        pods.stop();
    }
}
