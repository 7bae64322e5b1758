package dev.vfaas.gateway;

import dev.vfaas.gateway.runtime.AnswerTime;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionLoad;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.runtime.LogSink;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import dev.vfaas.openfaas.GatewayInfo;
import dev.vfaas.openfaas.LogMessage;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A runtime without replicas of its own: functions stand for servers that a test has started, and a test says when a replica appears. */
final class StaticRuntime implements FunctionRuntime {
    final Map<FunctionKey, Function> functions = new ConcurrentHashMap<>();
    volatile boolean pulls;
    final List<LogMessage> logLines = new CopyOnWriteArrayList<>();
    final CompletableFuture<LogQuery> logsInterrupted = new CompletableFuture<>();

    /** A function with one replica at each of {@code ports}. */
    Function serve(String name, int... ports) {
        Function function = new Function(deployment(name, Map.of()));
        for (int port : ports) {
            function.endpoints.add(new Replica(port));
        }
        functions.put(function.key(), function);
        return function;
    }

    static FunctionDeployment deployment(String name, Map<String, String> labels) {
        return deployment(name, Map.of(), labels, Map.of());
    }

    static FunctionDeployment with(String name, Map<String, String> environment) {
        return deployment(name, environment, Map.of(), Map.of());
    }

    static FunctionDeployment annotated(String name, Map<String, String> annotations) {
        return deployment(name, Map.of(), Map.of(), annotations);
    }

    private static FunctionDeployment deployment(
            String name, Map<String, String> environment, Map<String, String> labels, Map<String, String> annotations) {
        return new FunctionDeployment(
                name,
                name + ":latest",
                null,
                null,
                environment,
                List.of(),
                List.of(),
                labels,
                annotations,
                null,
                null,
                false);
    }

    /** One function; {@link #activation} completes when a test puts a replica in. */
    static final class Function implements LiveFunction {
        volatile FunctionDeployment deployment;
        final List<Endpoint> endpoints = new CopyOnWriteArrayList<>();
        final FunctionLoad load = new FunctionLoad();
        final AtomicInteger activations = new AtomicInteger();
        volatile CompletableFuture<Void> activation = new CompletableFuture<>();
        volatile int replicas = 1;

        Function(FunctionDeployment deployment) {
            this.deployment = deployment;
        }

        @Override
        public FunctionKey key() {
            return keyOf(deployment);
        }

        @Override
        public FunctionDeployment deployment() {
            return deployment;
        }

        @Override
        public List<Endpoint> endpoints() {
            return endpoints;
        }

        @Override
        public long answerNanos() {
            return AnswerTime.nanos(deployment.envVars());
        }

        @Override
        public FunctionLoad load() {
            return load;
        }

        @Override
        public CompletionStage<Void> activate() {
            activations.incrementAndGet();
            return activation;
        }

        FunctionStatus status() {
            FunctionDeployment d = deployment;
            return new FunctionStatus(
                    d.service(),
                    d.image(),
                    key().namespace(),
                    d.envProcess(),
                    d.envVars(),
                    null,
                    d.secrets(),
                    d.labels(),
                    d.annotations(),
                    d.limits(),
                    d.requests(),
                    d.readOnlyRootFilesystem(),
                    0,
                    replicas,
                    endpoints.size(),
                    "2026-11-23T10:00:00Z",
                    null);
        }
    }

    static FunctionKey keyOf(FunctionDeployment d) {
        String namespace = d.namespace();
        return new FunctionKey(
                namespace == null || namespace.isEmpty() ? FunctionKey.DEFAULT_NAMESPACE : namespace, d.service());
    }

    /** A server of the test as a replica; counts what is taken and given back. */
    static final class Replica implements Endpoint {
        final int port;
        final AtomicInteger inFlight = new AtomicInteger();
        final AtomicInteger acquired = new AtomicInteger();
        final AtomicInteger released = new AtomicInteger();
        final AtomicInteger unreachable = new AtomicInteger();
        volatile boolean draining;

        Replica(int port) {
            this.port = port;
        }

        @Override
        public String replica() {
            return "replica-" + port;
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public int inFlight() {
            return inFlight.get();
        }

        @Override
        public boolean tryAcquire() {
            if (draining) {
                return false;
            }
            acquired.incrementAndGet();
            inFlight.incrementAndGet();
            return true;
        }

        @Override
        public void release() {
            released.incrementAndGet();
            inFlight.decrementAndGet();
        }

        @Override
        public void unreachable() {
            unreachable.incrementAndGet();
        }
    }

    @Override
    public GatewayInfo.Provider provider() {
        return new GatewayInfo.Provider("vfaas", new GatewayInfo.Version(null, "", "test"), "static");
    }

    @Override
    public boolean pullsImages() {
        return pulls;
    }

    @Override
    public void deploy(FunctionDeployment deployment) {
        FunctionKey key = keyOf(deployment);
        if (functions.putIfAbsent(key, new Function(deployment)) != null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.ALREADY_EXISTS, key + " already exists");
        }
    }

    @Override
    public void update(FunctionDeployment deployment) {
        if (deployment.image().equals("missing")) {
            throw new RuntimeFailure(RuntimeFailure.Kind.INVALID, "image missing is not in the store");
        }
        require(keyOf(deployment)).deployment = deployment;
    }

    @Override
    public void remove(FunctionKey key) {
        require(key);
        functions.remove(key);
    }

    @Override
    public void scale(FunctionKey key, int replicas) {
        require(key).replicas = replicas;
    }

    private Function require(FunctionKey key) {
        Function function = functions.get(key);
        if (function == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no function " + key);
        }
        return function;
    }

    @Override
    public List<FunctionStatus> list(String namespace) {
        return functions.values().stream()
                .filter(function -> function.key().namespace().equals(namespace))
                .map(Function::status)
                .sorted(Comparator.comparing(FunctionStatus::name))
                .toList();
    }

    @Override
    public @Nullable FunctionStatus find(FunctionKey key, boolean usage) {
        Function function = functions.get(key);
        return function == null ? null : function.status();
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
    public void logs(LogQuery query, LogSink sink) throws InterruptedException {
        require(query.function());
        for (LogMessage line : logLines) {
            if (!sink.accept(line)) {
                return;
            }
        }
        if (query.follow()) {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                logsInterrupted.complete(query);
                throw e;
            }
        }
    }

    @Override
    public List<String> namespaces() {
        return List.of(FunctionKey.DEFAULT_NAMESPACE);
    }

    @Override
    public void close() {}
}
