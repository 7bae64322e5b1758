package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The namespaces that hold functions: the default one and those with the annotation {@code openfaas: "1"}. Others are never touched. */
final class Namespaces implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(15);

    private final Cluster cluster;
    private final Directory directory;
    private final Consumer<String> log;
    private @Nullable SharedIndexInformer<Namespace> informer;

    Namespaces(Cluster cluster, Directory directory, Consumer<String> log) {
        this.cluster = cluster;
        this.directory = directory;
        this.log = log;
    }

    /** Watches all that are there, and from now on those that come; a gateway that may not list namespaces knows the default one only. */
    void begin(Duration limit) {
        List<Namespace> found = List.of();
        boolean allowed = true;
        try {
            found = cluster.client().namespaces().list().getItems();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 403) {
                throw cluster.failure("list namespaces", e);
            }
            allowed = false;
            log.accept("may not list namespaces: only " + FunctionKey.DEFAULT_NAMESPACE + " holds functions");
        }
        directory.watch(FunctionKey.DEFAULT_NAMESPACE, limit);
        for (Namespace namespace : found) {
            if (isOurs(namespace)) {
                directory.watch(namespace.getMetadata().getName(), limit);
            }
        }
        if (allowed) {
            follow();
        }
    }

    private void follow() {
        SharedIndexInformer<Namespace> informer = cluster.client().namespaces().runnableInformer(0);
        informer.exceptionHandler((started, failure) -> true);
        informer.addEventHandler(new ResourceEventHandler<Namespace>() {
            @Override
            public void onAdd(Namespace added) {
                look(added);
            }

            @Override
            public void onUpdate(Namespace before, Namespace after) {
                look(after);
            }

            @Override
            public void onDelete(Namespace deleted, boolean unknown) {
                String name = deleted.getMetadata().getName();
                if (!name.equals(FunctionKey.DEFAULT_NAMESPACE)) {
                    directory.leave(name);
                }
            }
        });
        var unused = informer.start();
        this.informer = informer;
    }

    private void look(Namespace namespace) {
        String name = namespace.getMetadata().getName();
        if (isOurs(namespace)) {
            try {
                directory.watch(name, LOOK);
            } catch (RuntimeFailure e) {
                log.accept(e.getMessage() + "; it is tried again until it works");
            }
        } else if (!name.equals(FunctionKey.DEFAULT_NAMESPACE)) {
            directory.leave(name);
        }
    }

    private static boolean isOurs(Namespace namespace) {
        Map<String, String> annotations = namespace.getMetadata().getAnnotations();
        return namespace.getMetadata().getDeletionTimestamp() == null
                && annotations != null
                && "1".equals(annotations.get(Marks.NAMESPACE));
    }

    /** Their names, the default one first. */
    List<String> names() {
        TreeSet<String> others = new TreeSet<>(directory.namespaces());
        others.remove(FunctionKey.DEFAULT_NAMESPACE);
        List<String> names = new ArrayList<>(List.of(FunctionKey.DEFAULT_NAMESPACE));
        names.addAll(others);
        return names;
    }

    /** Checks that functions may be put there; the default one is made when it is missing. INVALID. */
    void require(String name) {
        if (!name.equals(FunctionKey.DEFAULT_NAMESPACE)) {
            if (directory.watches(name)) {
                return;
            }
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID,
                    "namespace " + name + " is not there or not for functions; make it with: vfaas namespace create "
                            + name);
        }
        try {
            if (cluster.client().namespaces().withName(name).get() == null) {
                create(name, Map.of(), Map.of());
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != 403) { // then the deployment itself tells
                throw cluster.failure("read namespace " + name, e);
            }
        }
    }

    private void create(String name, Map<String, String> labels, Map<String, String> annotations) {
        try {
            cluster.client()
                    .namespaces()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withLabels(labels)
                            .withAnnotations(annotations)
                            .addToAnnotations(Marks.NAMESPACE, "1")
                            .endMetadata()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            throw cluster.failure("create namespace " + name, e);
        }
    }

    @Override
    public void close() {
        SharedIndexInformer<Namespace> running = informer;
        if (running != null) {
            running.stop();
        }
    }
}
