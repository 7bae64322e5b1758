package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.AnswerTime;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionLoad;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.openfaas.FunctionDeployment;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A function as the cluster last showed it: its Deployment and its pods, fed by watches. While the API is away the picture stays as it was, and calls
 * go on. All state is guarded by one lock that is held for moments only; requests to the API happen on other threads.
 */
final class KubernetesFunction implements LiveFunction {
    private static final int FIRST_PAUSE_MILLIS = 10;
    private static final int LONGEST_PAUSE_MILLIS = 200;
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration WAKE_LIMIT = Duration.ofSeconds(60);

    private final FunctionKey key;
    private final String uid;
    private final String life;
    private final FunctionLoad load = new FunctionLoad();
    private final Numbers numbers;
    private final Reading reading;
    private final Object lock = new Object();
    private final Map<String, Replica> replicas = new LinkedHashMap<>();

    private Deployment deployment;
    private HealthCheck check;
    private volatile FunctionDeployment asked;
    private volatile long answerNanos;
    private volatile List<Endpoint> endpoints = List.of();
    private volatile int wanted;
    private int changing;
    private boolean removed;
    private boolean looking;
    private long lookUntilNanos;
    private @Nullable CompletableFuture<@Nullable Void> waiting;

    KubernetesFunction(Deployment first, Reading reading, Numbers numbers) {
        this.key = Reading.key(first);
        this.uid = first.getMetadata().getUid();
        this.life = Reading.life(first);
        this.reading = reading;
        this.numbers = numbers;
        this.deployment = first;
        this.asked = reading.asked(first);
        this.check = check(asked);
        this.answerNanos = AnswerTime.nanos(asked.envVars());
        this.wanted = Reading.wanted(first);
    }

    private static HealthCheck check(FunctionDeployment asked) {
        try {
            HealthCheck check = new HealthCheck(asked.annotations());
            check.path();
            return check;
        } catch (RuntimeFailure e) { // someone else wrote it
            return new HealthCheck(Map.of());
        }
    }

    String uid() {
        return uid;
    }

    @Override
    public FunctionKey key() {
        return key;
    }

    @Override
    public FunctionDeployment deployment() {
        return asked;
    }

    @Override
    public long answerNanos() {
        return answerNanos;
    }

    @Override
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    @Override
    public int replicas() {
        return wanted;
    }

    @Override
    public int baseline() {
        synchronized (lock) {
            return Reading.baseline(
                    deployment, ScalingRules.orUsual(asked.labels()).least());
        }
    }

    @Override
    public FunctionLoad load() {
        return load;
    }

    // ---- what the cluster tells

    /** Takes in its Deployment, unless a newer one was seen. */
    void see(Deployment now) {
        synchronized (lock) {
            long generation = Reading.generation(now);
            long known = Reading.generation(deployment);
            if (generation < known
                    || generation == known && older(now.getMetadata().getResourceVersion())) {
                return;
            }
            deployment = now;
            if (generation != known) {
                FunctionDeployment read = reading.asked(now);
                if (!read.equals(asked)) {
                    asked = read;
                    check = check(read);
                    answerNanos = AnswerTime.nanos(read.envVars());
                }
            }
            if (changing == 0) {
                wanted = Reading.wanted(now);
            }
            reconcile();
            wakeForHeld();
        }
    }

    private boolean older(@Nullable String version) {
        String known = deployment.getMetadata().getResourceVersion();
        return version != null && known != null && isOlder(version, known);
    }

    private static boolean isOlder(String version, String known) {
        return version.length() != known.length() ? version.length() < known.length() : version.compareTo(known) < 0;
    }

    /** Takes in one of its pods. */
    void see(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        if (!life.isEmpty() && !life.equals(labels.get(Marks.LIFE))) {
            return; // of an earlier function of this name
        }
        synchronized (lock) {
            Replica replica = replicas.get(pod.getMetadata().getUid());
            if (replica == null) {
                replica = new Replica(pod, this::doubt);
                replicas.put(pod.getMetadata().getUid(), replica);
            } else if (isOlder(
                    pod.getMetadata().getResourceVersion(),
                    replica.pod().getMetadata().getResourceVersion())) {
                return;
            } else {
                replica.see(pod);
            }
            if (replica.disputed()) {
                recheck(replica);
            } else if (!replica.nodeSaysReady() && !check.delayed()) {
                ask(replica);
            }
            reconcile();
        }
    }

    /** One of its pods is gone. */
    void gone(Pod pod) {
        synchronized (lock) {
            Replica replica = replicas.remove(pod.getMetadata().getUid());
            if (replica != null) {
                replica.doubt();
                reconcile();
            }
        }
    }

    /** It was removed. */
    void end() {
        synchronized (lock) {
            removed = true;
            endpoints = List.of();
            fail(new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " was removed"));
        }
    }

    /** Asks a replica that takes calls though its node says it should not; it loses them when it does not answer. */
    private void recheck(Replica replica) {
        String host = replica.host();
        HealthCheck how = check;
        numbers.async(() -> {
            boolean answers = Knock.at(host, how);
            if (!answers) { // one lost answer is no reason to take its calls away
                answers = Knock.at(host, how);
            }
            synchronized (lock) {
                if (answers) {
                    replica.answered();
                } else {
                    replica.doubt();
                    ask(replica);
                }
                reconcile();
            }
        });
    }

    private void doubt(Replica replica) {
        numbers.async(() -> {
            synchronized (lock) {
                replica.doubt();
                ask(replica);
                reconcile();
            }
        });
    }

    /** Begins to ask a replica whether it is ready; under the lock. */
    private void ask(Replica replica) {
        if (!replica.knocking() && replica.worthAsking()) {
            replica.knocking(true);
            numbers.async(() -> knock(replica));
        }
    }

    private void knock(Replica replica) {
        int pause = FIRST_PAUSE_MILLIS;
        while (true) {
            String host;
            HealthCheck how;
            synchronized (lock) {
                if (removed || !replicas.containsKey(replica.uid()) || !replica.worthAsking()) {
                    replica.knocking(false);
                    reconcile();
                    return;
                }
                host = replica.host();
                how = check;
            }
            boolean answers = Knock.at(host, how);
            if (answers) {
                synchronized (lock) {
                    if (host.equals(replica.host())) {
                        replica.answered();
                    }
                    replica.knocking(false);
                    reconcile();
                    return;
                }
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
            pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 3 / 2);
        }
    }

    // ---- what follows from it; under the lock

    private void reconcile() {
        if (removed) {
            return;
        }
        String newest = Reading.revision(deployment);
        List<Endpoint> all = new ArrayList<>();
        List<Endpoint> ofNewest = new ArrayList<>();
        for (Replica replica : replicas.values()) {
            if (replica.isReady()) {
                all.add(replica);
                if (replica.revision().equals(newest)) {
                    ofNewest.add(replica);
                }
            }
        }
        if (wanted == 0) {
            endpoints = List.of();
        } else {
            endpoints = List.copyOf(ofNewest.size() >= wanted ? ofNewest : all);
        }
        CompletableFuture<@Nullable Void> held = waiting;
        if (held == null) {
            return;
        }
        if (!endpoints.isEmpty()) {
            waiting = null;
            numbers.async(() -> held.complete(null));
        } else if (wanted > 0) {
            RuntimeFailure failure = cannotStart();
            if (failure != null) {
                fail(failure);
            }
        }
    }

    private void fail(RuntimeFailure failure) {
        CompletableFuture<@Nullable Void> held = waiting;
        waiting = null;
        if (held != null) {
            numbers.async(() -> held.completeExceptionally(failure));
        }
    }

    /** Why no replica of the newest revision will get ready by itself; null while one of them may. */
    private @Nullable RuntimeFailure cannotStart() {
        String newest = Reading.revision(deployment);
        Instant now = Instant.now();
        PodState.Trouble first = null;
        for (Replica replica : replicas.values()) {
            if (replica.leaving() || !replica.revision().equals(newest)) {
                continue;
            }
            PodState.Trouble trouble = replica.isReady() ? null : PodState.hopeless(replica.pod(), now);
            if (trouble == null) {
                return null;
            }
            first = first == null ? trouble : first;
        }
        return first == null
                ? null
                : new RuntimeFailure(
                        RuntimeFailure.Kind.UNAVAILABLE,
                        "function " + key + " cannot start: " + first.text() + "; see: vfaas logs " + key.name());
    }

    // ---- numbers

    @Override
    public void adjust(int replicas) {
        change(replicas);
        numbers.async(() -> {
            try {
                changed(numbers.set(key, replicas, null));
            } catch (RuntimeFailure e) {
                changed(null); // the autoscaler looks again in a second
            }
        });
    }

    /** Sets the number as a person asks for it; blocks. */
    void scale(int replicas) {
        change(replicas);
        Deployment after = null;
        try {
            after = numbers.set(key, replicas, replicas > 0 ? replicas : null);
        } finally {
            changed(after);
        }
    }

    private void change(int replicas) {
        synchronized (lock) {
            changing++;
            wanted = replicas;
            reconcile();
        }
    }

    private void changed(@Nullable Deployment after) {
        synchronized (lock) {
            changing--;
            if (after != null) {
                see(after);
            }
            if (changing == 0) {
                wanted = Reading.wanted(deployment);
            }
            reconcile();
            wakeForHeld();
        }
    }

    @Override
    public CompletionStage<@Nullable Void> activate() {
        if (!endpoints.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        synchronized (lock) {
            if (removed) {
                return CompletableFuture.failedStage(
                        new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " was removed"));
            }
            if (!endpoints.isEmpty()) {
                return CompletableFuture.completedStage(null);
            }
            RuntimeFailure failure = wanted == 0 ? null : cannotStart();
            if (failure != null) {
                return CompletableFuture.failedStage(failure);
            }
            if (waiting == null) {
                waiting = new CompletableFuture<>();
            }
            CompletableFuture<@Nullable Void> held = waiting;
            if (wanted == 0) {
                beginWake();
            }
            lookUntilNanos = System.nanoTime() + WAKE_LIMIT.toNanos();
            if (!looking) {
                looking = true;
                numbers.later(LOOK, this::look);
            }
            return held.minimalCompletionStage();
        }
    }

    /** Starts it from zero; under the lock. */
    private void beginWake() {
        int least = ScalingRules.orUsual(asked.labels()).least();
        changing++;
        wanted = least;
        numbers.async(() -> wake(least));
    }

    /** Starts it from zero again when the number fell to 0 while calls wait; under the lock. */
    private void wakeForHeld() {
        if (changing == 0 && wanted == 0 && waiting != null && !removed) {
            beginWake();
        }
    }

    /** Brings it from zero, again and again while the API is away and calls wait. */
    private void wake(int least) {
        long end = System.nanoTime() + WAKE_LIMIT.toNanos();
        Deployment after = null;
        RuntimeFailure failure = null;
        while (after == null && System.nanoTime() < end) {
            try {
                after = numbers.wake(key, least);
            } catch (RuntimeFailure e) {
                failure = e;
                if (e.kind() != RuntimeFailure.Kind.UNAVAILABLE) {
                    break;
                }
                try {
                    Thread.sleep(500);
                } catch (InterruptedException interrupted) {
                    break;
                }
            }
        }
        synchronized (lock) {
            if (after == null && failure != null && Reading.wanted(deployment) == 0) {
                fail(failure); // first, or it would be tried for them again
            }
            changed(after);
        }
    }

    /**
     * Asks for the pods while calls are held for long: a watch whose API server died without a word may say nothing for minutes, when another server of
     * the cluster would answer.
     */
    private void look() {
        synchronized (lock) {
            if (waiting == null || removed || System.nanoTime() - lookUntilNanos > 0) {
                looking = false;
                return;
            }
        }
        try {
            for (Pod pod : numbers.pods(key)) {
                if (pod.getMetadata().getDeletionTimestamp() == null) {
                    see(pod);
                }
            }
        } catch (RuntimeFailure e) {
            // at the next look, perhaps
        }
        numbers.later(LOOK, this::look);
    }

    // ---- reports

    /**
     * The function at one moment.
     *
     * @param newest revision asked for
     * @param wanted replicas
     * @param pods all that are not ending
     */
    record View(Deployment deployment, FunctionDeployment asked, String newest, int wanted, List<Seen> pods) {}

    /** A pod, and whether it takes calls. */
    record Seen(Pod pod, String revision, boolean ready) {}

    View view() {
        synchronized (lock) {
            List<Seen> pods = replicas.values().stream()
                    .filter(replica -> !replica.leaving())
                    .map(replica -> new Seen(replica.pod(), replica.revision(), replica.isReady()))
                    .toList();
            return new View(deployment, asked, Reading.revision(deployment), wanted, pods);
        }
    }

    /** The names of its pods, those that end included. */
    List<String> podNames() {
        synchronized (lock) {
            return replicas.values().stream().map(Replica::replica).toList();
        }
    }

    /** Its pods, those that end included. */
    List<Pod> pods() {
        synchronized (lock) {
            return replicas.values().stream().map(Replica::pod).toList();
        }
    }
}
