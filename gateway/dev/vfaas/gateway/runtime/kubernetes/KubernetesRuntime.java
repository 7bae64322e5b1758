package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionNamespace;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayInfo;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions in a Kubernetes cluster, 1.20 or newer, as a Deployment and a Service each. The cluster holds all state; what the invocation path needs
 * of it is kept in memory by watches, so that calls go on while the API is away. Calls go to pods, which must be reachable from here.
 */
public final class KubernetesRuntime implements FunctionRuntime {
    private static final Duration FIRST_LOOK = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 6;

    private final Cluster cluster;
    private final Consumer<String> log;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Directory directory;
    private final Namespaces namespaces;
    private final Shaping shaping;
    private final Manifest manifest = new Manifest();
    private final StatusReport report;
    private final Usage usage;
    private final Patches patches;

    /**
     * Begins to watch the functions there are; returns when all are known.
     *
     * @param log takes a line when something outside of any request happens
     * @throws RuntimeFailure UNAVAILABLE when the API does not answer in time
     */
    public KubernetesRuntime(Cluster cluster, KubernetesSecrets secrets, NodeImages images, Consumer<String> log) {
        this.cluster = cluster;
        this.log = log;
        this.patches = new Patches(cluster, executor);
        this.directory = new Directory(cluster, patches, new KeptImages(images));
        this.shaping = new Shaping(cluster, secrets, images);
        this.report = new StatusReport(new PodVoice(cluster));
        this.usage = new Usage(cluster);
        this.namespaces = new Namespaces(cluster, directory, log);
        try {
            namespaces.begin(FIRST_LOOK);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public GatewayInfo.Provider provider() {
        String version = KubernetesRuntime.class.getPackage().getImplementationVersion();
        return new GatewayInfo.Provider(
                "vfaas", new GatewayInfo.Version(null, null, version == null ? "dev" : version), "kubernetes");
    }

    @Override
    public boolean pullsImages() {
        return true;
    }

    @Override
    public void deploy(FunctionDeployment asked) {
        FunctionKey key = key(asked);
        if (directory.find(key) != null) {
            throw exists(key);
        }
        namespaces.require(key.namespace());
        int replicas = ScalingRules.of(asked.labels()).least();
        Manifest.Shape shape = shaping.shape(key, asked, life(), 1, replicas, replicas);
        Deployment created;
        try {
            created = cluster.client()
                    .apps()
                    .deployments()
                    .inNamespace(key.namespace())
                    .resource(manifest.deployment(key, asked, shape))
                    .create();
        } catch (KubernetesClientException e) {
            throw e.getCode() == 409 ? exists(key) : cluster.failure("deploy function " + key, e);
        }
        directory.seen(created);
        service(created);
    }

    @Override
    public void update(FunctionDeployment asked) {
        FunctionKey key = key(asked);
        KubernetesFunction function = existing(key);
        for (int attempt = 1; ; attempt++) {
            Deployment before = current(key);
            FunctionDeployment old = function.deployment();
            Manifest.Shape shape = shaping.after(key, asked, before, old);
            Deployment wanted = manifest.deployment(key, asked, shape);
            wanted.getMetadata().setResourceVersion(before.getMetadata().getResourceVersion());
            Reading.notes(before).forEach((name, note) -> {
                if (name.startsWith("deployment.kubernetes.io/")) {
                    wanted.getMetadata().getAnnotations().putIfAbsent(name, note);
                }
            });
            wanted.getSpec().setSelector(before.getSpec().getSelector());
            try {
                Deployment updated = cluster.client()
                        .apps()
                        .deployments()
                        .inNamespace(key.namespace())
                        .resource(wanted)
                        .update();
                directory.seen(updated);
                service(updated);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409 || attempt == ATTEMPTS) {
                    throw e.getCode() == 409
                            ? new RuntimeFailure(
                                    RuntimeFailure.Kind.UNAVAILABLE,
                                    "function " + key + " is being changed by someone else; try again",
                                    e)
                            : cluster.failure("update function " + key, e);
                }
            }
        }
    }

    private Deployment current(FunctionKey key) {
        try {
            Deployment found = cluster.client()
                    .apps()
                    .deployments()
                    .inNamespace(key.namespace())
                    .withName(key.name())
                    .get();
            if (found == null) {
                throw missing(key);
            }
            return found;
        } catch (KubernetesClientException e) {
            throw cluster.failure("read function " + key, e);
        }
    }

    /** Makes the Service, unless it is there, or the name is none for Services (a digit comes first): calls do not need it. */
    private void service(Deployment owner) {
        try {
            cluster.client()
                    .services()
                    .inNamespace(owner.getMetadata().getNamespace())
                    .resource(manifest.service(owner))
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == 422) {
                log.accept(
                        "function " + Reading.key(owner) + " has no Service, calls go on without: " + e.getMessage());
            } else if (e.getCode() != 409) {
                throw cluster.failure("make the Service of " + Reading.key(owner), e);
            }
        }
    }

    @Override
    public void remove(FunctionKey key) {
        existing(key);
        Deployment found = current(key);
        try {
            cluster.client()
                    .services()
                    .inNamespace(key.namespace())
                    .withName(key.name())
                    .withPropagationPolicy(io.fabric8.kubernetes.api.model.DeletionPropagation.BACKGROUND)
                    .delete();
            cluster.client()
                    .apps()
                    .deployments()
                    .inNamespace(key.namespace())
                    .withName(key.name())
                    .withPropagationPolicy(io.fabric8.kubernetes.api.model.DeletionPropagation.BACKGROUND)
                    .delete();
        } catch (KubernetesClientException e) {
            throw cluster.failure("remove function " + key, e);
        }
        directory.remove(found);
    }

    @Override
    public void scale(FunctionKey key, int replicas) {
        KubernetesFunction function = existing(key);
        function.scale(ScalingRules.of(function.deployment().labels()).clamp(replicas));
    }

    @Override
    public List<FunctionStatus> list(String namespace) {
        return directory.all().stream()
                .filter(function -> function.key().namespace().equals(namespace))
                .sorted(Comparator.comparing(function -> function.key().name()))
                .map(function -> report.of(function, false, null))
                .toList();
    }

    @Override
    public Map<FunctionKey, ResourceUse> use(Collection<FunctionKey> keys) {
        Map<FunctionKey, ResourceUse> use = new HashMap<>();
        for (FunctionKey key : keys) {
            KubernetesFunction function = directory.find(key);
            ResourceUse used = function == null ? null : usage.lately(key.namespace(), function.podNames());
            if (used != null) {
                use.put(key, used);
            }
        }
        return use;
    }

    @Override
    public @Nullable FunctionStatus find(FunctionKey key, boolean withUsage) {
        KubernetesFunction function = directory.find(key);
        return function == null ? null : report.of(function, true, withUsage ? usage.of(key) : null);
    }

    @Override
    public @Nullable LiveFunction live(FunctionKey key) {
        return directory.find(key);
    }

    @Override
    public Collection<? extends LiveFunction> live() {
        return directory.all();
    }

    @Override
    public void logs(LogQuery query, LogSink sink) throws InterruptedException {
        existing(query.function());
        new PodLogs(cluster, () -> directory.find(query.function()), query, sink).run();
    }

    @Override
    public List<String> namespaces() {
        return namespaces.names();
    }

    @Override
    public @Nullable FunctionNamespace namespace(String name) {
        return namespaces.find(name);
    }

    @Override
    public void createNamespace(FunctionNamespace namespace) {
        namespaces.create(namespace);
    }

    @Override
    public void updateNamespace(FunctionNamespace namespace) {
        namespaces.update(namespace);
    }

    @Override
    public void removeNamespace(String name) {
        namespaces.remove(name);
    }

    /** Ends the watches; functions run on. */
    @Override
    public void close() {
        namespaces.close();
        directory.close();
        executor.shutdownNow();
        cluster.close();
    }

    private KubernetesFunction existing(FunctionKey key) {
        KubernetesFunction function = directory.find(key);
        if (function == null) {
            throw missing(key);
        }
        return function;
    }

    private static FunctionKey key(FunctionDeployment asked) {
        String namespace = asked.namespace();
        return new FunctionKey(
                namespace == null || namespace.isEmpty() ? FunctionKey.DEFAULT_NAMESPACE : namespace, asked.service());
    }

    private static String life() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    private static RuntimeFailure missing(FunctionKey key) {
        return new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " not found");
    }

    private static RuntimeFailure exists(FunctionKey key) {
        return new RuntimeFailure(
                RuntimeFailure.Kind.ALREADY_EXISTS, "unable create Deployment: function " + key + " already exists");
    }
}
