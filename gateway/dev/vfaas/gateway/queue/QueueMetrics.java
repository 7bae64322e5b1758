package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;

/** Told what happens to asynchronous calls. Implementations do not block. */
public interface QueueMetrics {
    /** Counts nothing. */
    QueueMetrics NONE = new QueueMetrics() {};

    /** A call was accepted and is durable. */
    default void queued(FunctionKey function) {}

    /** A function answered: any status that is not tried again. */
    default void completed(FunctionKey function, int status, double seconds) {}

    /** An attempt brought no result; the call is tried again. */
    default void retried(FunctionKey function) {}

    /** The last attempt brought no result; the call is given up and becomes a dead letter. */
    default void dropped(FunctionKey function) {}

    /** The callback did not take a result; it is lost. */
    default void callbackFailed(FunctionKey function) {}
}
