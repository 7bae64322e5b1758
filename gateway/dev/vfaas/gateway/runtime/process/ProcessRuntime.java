package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.ImageStore;
import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.gateway.store.Database;
import dev.vfaas.gateway.store.Schema;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions as processes of this machine, unpacked from their images' layers. Processes are not walled off from each other or from the machine:
 * this is for development and for code one trusts.
 */
public final class ProcessRuntime implements FunctionRuntime {
    /** The tables it needs in its database. */
    public static final Schema SCHEMA = DeploymentTable.SCHEMA;

    private final Map<FunctionKey, DeployedFunction> functions = new ConcurrentHashMap<>();
    private final Set<DeployedFunction> leaving = ConcurrentHashMap.newKeySet();
    private final Object deploying = new Object();
    private final ImageStore images;
    private final Secrets secrets;
    private final LogFolders logs;
    private final ProcessOptions options;
    private final Admission admission;
    private final StatusReport report = new StatusReport(new ProcessUsage());
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledThreadPoolExecutor timer;
    private final Services services;

    /**
     * Takes up what an earlier gateway left: ends its leftover processes, then runs every stored function as it was. Returns before replicas are ready.
     *
     * @param data folder for {@code roots/}, {@code logs/} and {@code replicas/}
     * @param secretFolder where opened secrets of running replicas lie; best on a file system in memory
     * @param environment the gateway's own, from which functions get PATH, HOME and the locale, and nothing else
     * @throws RuntimeFailure INTERNAL when the folders cannot be used
     */
    public ProcessRuntime(
            Database database,
            ImageStore images,
            Secrets secrets,
            Path data,
            Path secretFolder,
            Map<String, String> environment,
            ProcessOptions options) {
        this.images = images;
        this.secrets = secrets;
        this.options = options;
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("runtime-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        try {
            this.logs = new LogFolders(data.resolve("logs").toAbsolutePath(), options.logBytes());
            Signals signals = new Signals(System.getProperty("os.name"));
            ReplicaFolders folders = new ReplicaFolders(
                    data.resolve("replicas").toAbsolutePath(), secretFolder.toAbsolutePath(), secrets);
            new Leftovers(folders.folder()).end();
            folders.sweep();
            RootFolders roots = new RootFolders(data.resolve("roots").toAbsolutePath(), images);
            ImageRunner runner = ImageRunner.either(
                    new HostImage(environment, new Interpreters(environment)),
                    new LinuxImage(environment, System.getProperty("os.name")));
            this.admission = new Admission(secrets, runner, roots);
            this.services = new Services(
                    new DeploymentTable(database),
                    roots,
                    new ReplicaStarter(roots, folders, runner, signals, environment, options),
                    new Suspender(timer, options.suspendAfter()),
                    new Backoff(options.firstBackoff(), options.longestBackoff()),
                    options,
                    timer,
                    executor);
            executor.execute(signals::warm);
            takeUp();
        } catch (IOException e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL, "cannot use the gateway's folder " + data + ": " + e.getMessage(), e);
        }
    }

    private void takeUp() throws IOException {
        List<DeploymentTable.Stored> stored = services.table().all();
        for (DeploymentTable.Stored function : stored) {
            services.roots().use(function.newest().image());
            if (function.serving().number() != function.newest().number()) {
                services.roots().use(function.serving().image());
            }
            functions.put(function.key(), new DeployedFunction(function, services, logs.open(function.key())));
        }
        services.roots().sweep();
        logs.sweep(functions.keySet());
        functions.values().forEach(DeployedFunction::begin);
    }

    @Override
    public GatewayInfo.Provider provider() {
        return new GatewayInfo.Provider("vfaas", new GatewayInfo.Version(null, null, version()), "process");
    }

    private static String version() {
        String version = ProcessRuntime.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    @Override
    public void deploy(FunctionDeployment deployment) {
        FunctionKey key = key(deployment);
        if (functions.containsKey(key)) {
            throw exists(key);
        }
        StoredImage image = admit(key, deployment);
        try {
            synchronized (deploying) {
                if (functions.containsKey(key)) {
                    throw exists(key);
                }
                Revision first = new Revision(1, deployment, image);
                int replicas = ScalingRules.of(deployment.labels()).least();
                Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
                DeploymentTable.Stored stored =
                        new DeploymentTable.Stored(key, now, new Replicas(replicas, replicas), first, first);
                FunctionLog log = logs.open(key);
                services.table().create(stored);
                DeployedFunction function = new DeployedFunction(stored, services, log);
                functions.put(key, function);
                function.begin();
            }
        } catch (IOException e) {
            services.roots().leave(image);
            throw new RuntimeFailure(RuntimeFailure.Kind.INTERNAL, "cannot write logs of " + key + ": " + e, e);
        } catch (RuntimeException e) {
            services.roots().leave(image);
            throw e;
        }
    }

    @Override
    public void update(FunctionDeployment deployment) {
        FunctionKey key = key(deployment);
        existing(key);
        StoredImage image = admit(key, deployment);
        try {
            synchronized (deploying) {
                DeployedFunction function = existing(key);
                function.update(new Revision(function.nextRevision(), deployment, image));
            }
        } catch (RuntimeException e) {
            services.roots().leave(image);
            throw e;
        }
    }

    /** Checks a deployment and makes its image ready to run; the image is then counted as used. */
    private StoredImage admit(FunctionKey key, FunctionDeployment deployment) {
        admission.check(key, deployment);
        StoredImage image = images.resolve(deployment.image());
        services.roots().use(image);
        try {
            admission.check(image);
        } catch (RuntimeException e) {
            services.roots().leave(image);
            throw e;
        }
        return image;
    }

    @Override
    public void remove(FunctionKey key) {
        synchronized (deploying) {
            DeployedFunction function = existing(key);
            services.table().remove(key);
            functions.remove(key);
            function.log().delete();
            leaving.add(function);
            var unused = function.end(true).whenComplete((done, failure) -> leaving.remove(function));
        }
    }

    @Override
    public void scale(FunctionKey key, int replicas) {
        DeployedFunction function = existing(key);
        function.scale(ScalingRules.of(function.deployment().labels()).clamp(replicas));
    }

    @Override
    public List<FunctionStatus> list(String namespace) {
        return functions.values().stream()
                .filter(function -> function.key().namespace().equals(namespace))
                .sorted(Comparator.comparing(function -> function.key().name()))
                .map(function -> report.of(function, false))
                .toList();
    }

    @Override
    public @Nullable FunctionStatus find(FunctionKey key, boolean usage) {
        DeployedFunction function = functions.get(key);
        return function == null ? null : report.of(function, usage);
    }

    @Override
    public @Nullable LiveFunction live(FunctionKey key) {
        return functions.get(key);
    }

    @Override
    public Collection<? extends LiveFunction> live() {
        return functions.values();
    }

    @Override
    public Map<FunctionKey, ResourceUse> use(Collection<FunctionKey> keys) {
        Map<FunctionKey, ResourceUse> use = new HashMap<>();
        for (FunctionKey key : keys) {
            DeployedFunction function = functions.get(key);
            if (function != null) {
                use.put(key, report.use(function));
            }
        }
        return use;
    }

    @Override
    public void logs(LogQuery query, LogSink sink) throws InterruptedException {
        FunctionLog log = existing(query.function()).log();
        try {
            new LogReader(log, query, sink).run();
        } catch (IOException e) {
            throw new RuntimeFailure(
                    RuntimeFailure.Kind.INTERNAL,
                    "cannot read the logs of " + query.function() + ": " + e.getMessage(),
                    e);
        }
    }

    @Override
    public List<String> namespaces() {
        TreeSet<String> others = new TreeSet<>();
        functions.keySet().forEach(key -> others.add(key.namespace()));
        others.remove(FunctionKey.DEFAULT_NAMESPACE);
        List<String> names = new ArrayList<>(List.of(FunctionKey.DEFAULT_NAMESPACE));
        names.addAll(others);
        return names;
    }

    @Override
    public void close() {
        List<DeployedFunction> all = new ArrayList<>(functions.values());
        all.addAll(leaving);
        CompletableFuture<?>[] ends =
                all.stream().map(function -> function.end(false)).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(ends).get(options.closeLimit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            all.forEach(DeployedFunction::kill);
        } catch (InterruptedException e) {
            all.forEach(DeployedFunction::kill);
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        executor.shutdown();
        functions.values().forEach(function -> function.log().close());
    }

    private DeployedFunction existing(FunctionKey key) {
        DeployedFunction function = functions.get(key);
        if (function == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " not found");
        }
        return function;
    }

    private static FunctionKey key(FunctionDeployment deployment) {
        String namespace = Objects.requireNonNullElse(deployment.namespace(), "");
        return new FunctionKey(namespace.isEmpty() ? FunctionKey.DEFAULT_NAMESPACE : namespace, deployment.service());
    }

    private static RuntimeFailure exists(FunctionKey key) {
        return new RuntimeFailure(
                RuntimeFailure.Kind.ALREADY_EXISTS, "unable create Deployment: function " + key + " already exists");
    }
}
