package dev.vfaas.gateway.scaling;

import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.openfaas.FunctionDeployment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the autoscaler remembers of one function from look to look. Used by one thread. */
final class LoadHistory {
    private record Need(long nanos, int replicas) {}

    private final Deque<Need> needs = new ArrayDeque<>();
    private FunctionDeployment deployment;
    private ScalingRules rules;
    private long lookedNanos;
    private long started;
    private int set;
    private long changedNanos;
    private long steppedNanos;

    LoadHistory(LiveFunction function, ObservedLoad load, long nanos) {
        this.deployment = function.deployment();
        this.rules = ScalingRules.orUsual(deployment.labels());
        this.lookedNanos = nanos;
        this.started = load.started();
        this.set = function.replicas();
        this.changedNanos = nanos;
        this.steppedNanos = nanos - Duration.ofDays(1).toNanos();
        needs.add(new Need(nanos, set)); // what it was left with is only taken away after the window
    }

    /** The rules of the deployment it last looked at. */
    ScalingRules rules() {
        return rules;
    }

    /** Looks at the function and tells how many replicas it should have. */
    int decide(LiveFunction function, ObservedLoad load, long nanos) {
        FunctionDeployment now = function.deployment();
        if (now != deployment) {
            deployment = now;
            rules = ScalingRules.orUsual(now.labels());
        }
        int replicas = function.replicas();
        if (replicas != set) {
            changedNanos = nanos; // by a person, a call to a function at zero, or an update
            needs.clear();
        }
        long begun = load.started();
        double seconds = Math.max(nanos - lookedNanos, 1_000_000) / 1e9;
        ScalingDecision.Seen seen = seen(function, load, replicas, Math.max(0, begun - started) / seconds, nanos, 0);
        lookedNanos = nanos;
        started = begun;

        int needed = ScalingDecision.byLoad(rules, seen);
        long oldest = nanos - rules.downWindow().toNanos();
        while (!needs.isEmpty() && needs.getFirst().nanos() - oldest < 0) {
            needs.removeFirst();
        }
        while (!needs.isEmpty() && needs.getLast().replicas() <= needed) {
            needs.removeLast(); // a later need that is as great outlives it: only falling ones are kept
        }
        needs.add(new Need(nanos, needed));

        int decision = ScalingDecision.replicas(
                rules,
                seen(
                        function,
                        load,
                        replicas,
                        seen.callsPerSecond(),
                        nanos,
                        needs.getFirst().replicas()));
        if (decision > replicas) {
            steppedNanos = nanos;
        }
        set = decision;
        return decision;
    }

    /** The number was left as it is, whatever was decided. */
    void keep(int replicas) {
        set = replicas;
    }

    private ScalingDecision.Seen seen(
            LiveFunction function, ObservedLoad load, int replicas, double rate, long nanos, int recentMost) {
        long idle = Math.min(load.idle().toNanos(), nanos - changedNanos);
        return new ScalingDecision.Seen(
                replicas,
                function.baseline(),
                rate,
                load.inFlight(),
                Duration.ofNanos(Math.max(0, idle)),
                Duration.ofNanos(nanos - steppedNanos),
                recentMost,
                load.milliCpu());
    }
}
