package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.openfaas.GoDuration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What every function of a runtime works with.
 *
 * @param timer for work that is due later; it must be short
 * @param executor for work that may block
 */
record Services(
        DeploymentTable table,
        RootFolders roots,
        ReplicaStarter starter,
        Suspender suspender,
        Backoff backoff,
        ProcessOptions options,
        ScheduledExecutorService timer,
        Executor executor) {

    /** Runs blocking work soon. */
    CompletableFuture<@Nullable Void> async(Runnable work) {
        return CompletableFuture.runAsync(work, executor);
    }

    /** A name no other replica has. */
    String replicaName(FunctionKey key, Revision revision) {
        String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40, 1L << 41), 36);
        return key.name() + "-" + revision.number() + "-" + random.substring(random.length() - 6);
    }

    /** How long a replica of the function may take to end: its own {@code write_timeout}, at most five minutes, or the option. */
    Duration grace(Revision revision) {
        String text = revision.variable("write_timeout");
        if (text == null) {
            return options.stopGrace();
        }
        try {
            Duration asked = GoDuration.parse(text);
            Duration longest = Duration.ofMinutes(5);
            return asked.compareTo(longest) > 0 ? longest : asked;
        } catch (IllegalArgumentException e) {
            return options.stopGrace();
        }
    }
}
