package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.AnswerTime;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionLoad;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.openfaas.FunctionDeployment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A function and its replicas. Whatever happens (a new number wanted, a new revision, a replica ready or gone, a pause over) leads to one method,
 * {@link #reconcile}, which compares what should be with what is and starts and stops replicas. All state is guarded by one lock that is only ever held
 * for a moment: starts, stops and writes to disk happen on other threads.
 */
final class DeployedFunction implements LiveFunction, Replica.Events {
    private final FunctionKey key;
    private final Instant createdAt;
    private final FunctionLoad load = new FunctionLoad();
    private final Services services;
    private final FunctionLog log;
    private final Waiters waiters;
    private final Departures departures;
    private final Object lock = new Object();
    private final Object writing = new Object();

    private Generation newest;
    private Generation serving;
    private Replicas replicas;
    private boolean ended;
    private volatile List<Endpoint> endpoints = List.of();
    private volatile long answerNanos;

    DeployedFunction(DeploymentTable.Stored stored, Services services, FunctionLog log) {
        this.key = stored.key();
        this.createdAt = stored.createdAt();
        this.replicas = stored.replicas();
        this.newest = new Generation(stored.newest());
        this.answerNanos = AnswerTime.nanos(stored.newest().variables());
        this.serving =
                stored.serving().number() == stored.newest().number() ? newest : new Generation(stored.serving());
        this.services = services;
        this.waiters = new Waiters(services);
        this.departures = new Departures(services);
        this.log = log;
        if (serving != newest) {
            serving.prove(); // else it would not have been kept
        }
    }

    @Override
    public FunctionKey key() {
        return key;
    }

    @Override
    public FunctionDeployment deployment() {
        synchronized (lock) {
            return newest.revision().deployment();
        }
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
    public FunctionLoad load() {
        return load;
    }

    FunctionLog log() {
        return log;
    }

    @Override
    public int replicas() {
        synchronized (lock) {
            return replicas.wanted();
        }
    }

    @Override
    public int baseline() {
        synchronized (lock) {
            return replicas.baseline();
        }
    }

    /** Begins to run what is wanted. */
    void begin() {
        synchronized (lock) {
            reconcile();
        }
    }

    /** The number the next revision gets. */
    int nextRevision() {
        synchronized (lock) {
            return newest.revision().number() + 1;
        }
    }

    /** Replaces the newest revision, durably; its image has been counted as used. */
    void update(Revision revision) {
        synchronized (writing) {
            ScalingRules rules = ScalingRules.of(revision.deployment().labels());
            Replicas then;
            int servingNumber;
            synchronized (lock) {
                then = replicas.under(
                        ScalingRules.of(newest.revision().deployment().labels()), rules);
                servingNumber = serving.revision().number();
            }
            services.table().update(key, revision, servingNumber, then);
            synchronized (lock) {
                Generation superseded = newest;
                newest = new Generation(revision);
                answerNanos = AnswerTime.nanos(revision.variables());
                replicas = then;
                if (superseded != serving) {
                    departures.retire(superseded);
                }
                reconcile();
            }
        }
    }

    /** Changes the number of replicas wanted, durably; one above 0 is also what the function returns to without load. */
    void scale(int wanted) {
        synchronized (lock) {
            if (ended) {
                return;
            }
            replicas = new Replicas(wanted, wanted > 0 ? wanted : replicas.baseline());
            reconcile();
        }
        writeReplicas();
    }

    @Override
    public void adjust(int wanted) {
        synchronized (lock) {
            if (ended || wanted == replicas.wanted()) {
                return;
            }
            replicas = new Replicas(wanted, replicas.baseline());
            reconcile();
        }
        services.async(this::writeReplicas);
    }

    @Override
    public CompletionStage<@Nullable Void> activate() {
        if (!endpoints.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        synchronized (lock) {
            if (ended) {
                return CompletableFuture.failedStage(
                        new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " was removed"));
            }
            if (!endpoints.isEmpty()) {
                return CompletableFuture.completedStage(null);
            }
            if (newest.cannotStart() && newest.pause().compareTo(Duration.ofSeconds(1)) > 0) {
                return CompletableFuture.failedStage(cannotStart());
            }
            CompletionStage<@Nullable Void> waiting = waiters.join();
            if (replicas.wanted() == 0) {
                int least =
                        ScalingRules.of(newest.revision().deployment().labels()).least();
                replicas = new Replicas(least, least);
                services.async(this::writeReplicas);
            }
            reconcile();
            return waiting;
        }
    }

    /**
     * Ends the function: no replica starts any more, those that run drain and stop; completes when all are gone.
     *
     * @param removed give its images up as well; otherwise it is to run again after a restart
     */
    CompletableFuture<@Nullable Void> end(boolean removed) {
        synchronized (lock) {
            ended = true;
            for (Generation generation : serving == newest ? List.of(newest) : List.of(newest, serving)) {
                if (removed) {
                    departures.retire(generation);
                } else {
                    var unused = departures.stopAll(generation);
                }
            }
            endpoints = List.of();
            waiters.fail(new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "function " + key + " was removed"));
            return departures.all();
        }
    }

    /** Ends what is left at once. */
    void kill() {
        departures.kill();
    }

    /** Takes the function's state for a report. */
    <T> T look(Look<T> look) {
        synchronized (lock) {
            return look.at(newest, serving, replicas.wanted(), createdAt);
        }
    }

    /** Reads a function's state under its lock. */
    @FunctionalInterface
    interface Look<T> {
        T at(Generation newest, Generation serving, int wanted, Instant createdAt);
    }

    @Override
    public void ready(Replica replica) {
        synchronized (lock) {
            Generation generation = of(replica);
            if (!generation.replicas().contains(replica)) {
                return; // retired meanwhile
            }
            generation.succeeded();
            reconcile();
        }
        services.suspender().watch(replica);
    }

    @Override
    public void woken(Replica replica) {
        services.suspender().watch(replica);
    }

    @Override
    public void failed(Replica replica, String why, List<String> lastLines) {
        synchronized (lock) {
            Generation generation = of(replica);
            if (!generation.failed(
                    replica,
                    why,
                    lastLines,
                    services.backoff(),
                    services.options().stableAfter())) {
                return;
            }
            Duration pause = generation.pause();
            var unused =
                    services.timer().schedule(this::begin, Math.max(1, pause.toMillis() + 1), TimeUnit.MILLISECONDS);
            List<String> note = List.of("vfaas: replica " + generation.trouble());
            services.async(() -> log.append(replica.replica(), note));
            reconcile();
            if (generation == newest && generation.cannotStart() && endpoints.isEmpty()) {
                waiters.fail(cannotStart());
            }
        }
    }

    private RuntimeFailure cannotStart() {
        return new RuntimeFailure(
                RuntimeFailure.Kind.UNAVAILABLE,
                "function " + key + " cannot start: its replica " + newest.trouble() + "; see: vfaas logs "
                        + key.name());
    }

    private Generation of(Replica replica) {
        return serving.replicas().contains(replica) ? serving : newest;
    }

    /** Brings what is nearer to what should be; under the lock. */
    private void reconcile() {
        if (ended) {
            return;
        }
        if (serving != newest && supersedes()) {
            switchOver();
        }
        int wanted = replicas.wanted();
        fill(newest, wanted);
        if (serving != newest) {
            fill(serving, wanted);
        }
        endpoints = serving.ready();
        if (!endpoints.isEmpty()) {
            waiters.ready();
        }
    }

    /** Whether the newest revision may take over from the one that serves. */
    private boolean supersedes() {
        int wanted = replicas.wanted();
        if (wanted == 0) { // nobody is served now; a version known to be broken must not take the next call
            return !newest.cannotStart();
        }
        int ready = newest.ready().size();
        return ready >= wanted
                || serving.ready().isEmpty() && (ready > 0 || !serving.proven() || serving.cannotStart());
    }

    private void switchOver() {
        Generation old = serving;
        serving = newest;
        endpoints = serving.ready(); // before the old close, so that whoever looks again finds a replica
        departures.retire(old);
        services.async(this::writeServing);
    }

    private void fill(Generation generation, int target) {
        for (int missing = generation.missing(target); missing > 0; missing--) {
            boolean urgent = generation.replicas().isEmpty() && waiters.any();
            Replica replica =
                    new Replica(services.replicaName(key, generation.revision()), generation.revision(), this);
            generation.add(replica);
            services.async(() -> services.starter().run(key, replica, log, urgent));
        }
        List<Replica> surplus = generation.surplus(target);
        if (!surplus.isEmpty()) {
            endpoints = serving.ready();
            surplus.forEach(departures::stop);
        }
    }

    private void writeReplicas() {
        synchronized (writing) {
            Replicas now;
            synchronized (lock) {
                now = replicas;
            }
            services.table().replicas(key, now);
        }
    }

    private void writeServing() {
        synchronized (writing) {
            int number;
            synchronized (lock) {
                number = serving.revision().number();
            }
            services.table().serving(key, number);
        }
    }
}
