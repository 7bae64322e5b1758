package dev.vfaas.gateway.runtime;

import dev.vfaas.openfaas.FunctionDeployment;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A deployed function as the invocation path sees it: one object for the life of the deployment, replaced contents on update. Never blocks. */
public interface LiveFunction {
    FunctionKey key();

    /** What was asked, current version. */
    FunctionDeployment deployment();

    /** Time its answers may take as its environment says, nanoseconds; 0 when it does not say. See {@link AnswerTime}. */
    default long answerNanos() {
        return 0;
    }

    /** Ready replicas of the version that serves, during an update the one before; an immutable snapshot, empty when there is none. */
    List<Endpoint> endpoints();

    /** Replicas wanted now, which may not all be ready. */
    default int replicas() {
        return endpoints().size();
    }

    /** Replicas the deployment or a person asked for, to which the autoscaler returns when there is no load. */
    default int baseline() {
        return replicas();
    }

    /** Sets the number of replicas wanted for the load at hand; the {@link #baseline} stays. Only the autoscaler calls it. */
    default void adjust(int replicas) {}

    /** Calls to this function in flight or held, its load for the autoscaler. */
    FunctionLoad load();

    /**
     * Asks for at least one replica and completes when {@link #endpoints} is not empty; concurrent callers share one start. Completes exceptionally
     * with {@link RuntimeFailure} when the function was removed or its replica cannot start.
     */
    CompletionStage<Void> activate();
}
