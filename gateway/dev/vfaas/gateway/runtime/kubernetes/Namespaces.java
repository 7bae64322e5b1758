package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionNamespace;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The namespaces that hold functions: the default one and those with the annotation {@code openfaas: "1"}. Others are never touched. */
final class Namespaces implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(15);

    /** What a namespace gets as openfaas-fn has it: what functions may ask for, and whose it is. */
    private static final Map<String, String> USUAL_LABELS = Map.of(
            "pod-security.kubernetes.io/enforce",
            "baseline",
            "pod-security.kubernetes.io/warn",
            "restricted",
            "app.kubernetes.io/managed-by",
            "vfaas",
            Marks.ROLE,
            "functions");

    private final Cluster cluster;
    private final Directory directory;
    private final Consumer<String> log;
    private final Rights rights;
    private @Nullable SharedIndexInformer<Namespace> informer;

    Namespaces(Cluster cluster, Directory directory, Consumer<String> log) {
        this.cluster = cluster;
        this.directory = directory;
        this.log = log;
        this.rights = new Rights(cluster);
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
                enter(namespace.getMetadata().getName(), limit);
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
                enter(name, LOOK);
            } catch (RuntimeFailure e) {
                log.accept(e.getMessage() + "; it is tried again until it works");
            }
        } else if (!name.equals(FunctionKey.DEFAULT_NAMESPACE)) {
            directory.leave(name);
        }
    }

    /** Watches one that somebody else may have made, with the gateway's rights in it. */
    private void enter(String name, Duration limit) {
        if (!directory.watches(name)) {
            try {
                rights.grant(name);
            } catch (KubernetesClientException e) { // it may have them all the same
                log.accept("no rights given in namespace " + name + ": " + e.getMessage());
            }
        }
        directory.watch(name, limit);
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
                create(new FunctionNamespace(name, Map.of(), Map.of()));
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != 403) { // then the deployment itself tells
                throw cluster.failure("read namespace " + name, e);
            }
        }
    }

    /** One with its labels and annotations, null when it is not for functions. */
    @Nullable
    FunctionNamespace find(String name) {
        Namespace found = get(name);
        if (found == null || !isOurs(found) && !name.equals(FunctionKey.DEFAULT_NAMESPACE)) {
            return null;
        }
        Map<String, String> labels = found.getMetadata().getLabels();
        Map<String, String> annotations = found.getMetadata().getAnnotations();
        return new FunctionNamespace(
                name, labels == null ? Map.of() : labels, annotations == null ? Map.of() : annotations);
    }

    private @Nullable Namespace get(String name) {
        try {
            return cluster.client().namespaces().withName(name).get();
        } catch (KubernetesClientException e) {
            throw cluster.failure("read namespace " + name, e);
        }
    }

    /** Makes one, with the gateway's rights in it; returns when functions can be put there. ALREADY_EXISTS. */
    void create(FunctionNamespace asked) {
        String name = asked.name();
        try {
            cluster.client()
                    .namespaces()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withLabels(USUAL_LABELS)
                            .addToLabels(asked.labels())
                            .withAnnotations(asked.annotations())
                            .addToAnnotations(Marks.NAMESPACE, "1")
                            .endMetadata()
                            .build())
                    .create();
            rights.grant(name);
            rights.seclude(name);
        } catch (KubernetesClientException e) {
            throw e.getCode() == 409
                    ? new RuntimeFailure(
                            RuntimeFailure.Kind.ALREADY_EXISTS,
                            "namespace " + name + " already exists"
                                    + (find(name) == null ? ", and is not for functions" : ""),
                            e)
                    : cluster.failure("create namespace " + name, e);
        }
        directory.watch(name, LOOK);
    }

    /** The labels it has after an update: those asked for, and those that guard it or tell whose it is unless they are asked for otherwise. */
    static Map<String, String> labels(Namespace live, FunctionNamespace asked) {
        Map<String, String> labels = new HashMap<>(asked.labels());
        Map<String, String> before = live.getMetadata().getLabels();
        if (before != null) {
            before.forEach((name, value) -> {
                if (name.startsWith("pod-security.kubernetes.io/")
                        || name.equals(Marks.ROLE)
                        || name.equals("app.kubernetes.io/managed-by")) {
                    labels.putIfAbsent(name, value);
                }
            });
        }
        return labels;
    }

    /** Replaces labels and annotations of one; labels of pod security stay. NOT_FOUND. */
    void update(FunctionNamespace asked) {
        existing(asked.name());
        try {
            cluster.client()
                    .namespaces()
                    .withName(asked.name())
                    .edit(namespace -> new NamespaceBuilder(namespace)
                            .editMetadata()
                            .withLabels(labels(namespace, asked))
                            .addToLabels("kubernetes.io/metadata.name", asked.name())
                            .withAnnotations(asked.annotations())
                            .addToAnnotations(Marks.NAMESPACE, "1")
                            .endMetadata()
                            .build());
        } catch (KubernetesClientException e) {
            throw cluster.failure("update namespace " + asked.name(), e);
        }
    }

    /** Removes one with all in it. NOT_FOUND for one that is not ours, INVALID for the default one. */
    void remove(String name) {
        if (name.equals(FunctionKey.DEFAULT_NAMESPACE)) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INVALID, "namespace " + name + " is the default one and cannot be removed");
        }
        existing(name);
        try {
            cluster.client().namespaces().withName(name).delete();
        } catch (KubernetesClientException e) {
            throw cluster.failure("remove namespace " + name, e);
        }
        directory.leave(name);
    }

    private void existing(String name) {
        if (find(name) == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "namespace not found: " + name);
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
