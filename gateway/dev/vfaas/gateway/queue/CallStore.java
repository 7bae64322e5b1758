package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where accepted calls are kept until there is a result, and dead letters until someone decides. A store hands each call to a worker at least once;
 * several gateways may share one. Methods may block and throw {@code RuntimeFailure}.
 */
public interface CallStore extends AutoCloseable {
    /** A call that this gateway has in hand. Exactly one of the endings follows, unless the gateway dies: then the call is handed out again. */
    interface Held {
        /** Whose call it is. */
        FunctionKey function();

        /** The call with its body, null when it is no longer there. */
        @Nullable
        QueuedCall load();

        /** There is a result: forget the call. */
        void finished();

        /** Hand it out again after {@code wait}, to whichever gateway; {@code attempts} brought no result so far. */
        void again(int attempts, Duration wait);

        /** Given up: it becomes a dead letter. */
        void dead(int attempts, int status, String reason);

        /** This gateway stops: the call is for another one, or its next life. */
        void release();
    }

    /** Runs calls. */
    @FunctionalInterface
    interface Worker {
        /**
         * Runs one call and ends it.
         *
         * @param freed told, once, when the function is through, so that its next call may run
         */
        void run(Held call, Runnable freed) throws InterruptedException;
    }

    /** What holds the calls, for messages and the API: {@code sqlite} or {@code nats}. */
    String kind();

    /** Whether a large body must be durable as a file before {@link #add}. */
    boolean keepsBodyFiles();

    /** Calls kept now, about. Does not block. */
    int size();

    /** Bytes that the kept calls take, about. Does not block. */
    long bytes();

    /** Keeps a call, durable when this returns; the body is the store's from then on. */
    void add(QueuedCall call);

    /** Begins to hand out calls, those of an earlier life first. */
    void start(Worker worker);

    /** Calls that wait for a place to run on this gateway, not counting those that wait for another attempt. */
    int waiting();

    /** Dead letters, oldest first. */
    List<DeadLetter> dead(DeadLetter.Selection selection);

    /** How many dead letters there are of each function that has any. */
    Map<FunctionKey, Integer> deadCounts();

    /** Makes dead letters calls again, with all their attempts; tells how many. */
    int retry(DeadLetter.Selection selection);

    /** Forgets dead letters; tells how many. */
    int drop(DeadLetter.Selection selection);

    /** Throws when the store cannot be used. */
    void check();

    /** Hands out no further call, and waits a little for those that run. */
    void stop(Duration patience);

    /** {@link #stop} comes first. */
    @Override
    void close();
}
