package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs one queued call: invokes the function, tells the callback, and takes the call off the table, in that order. */
final class CallRunner {
    /** A result kept for a callback may be this large; of a larger one the callback gets the status without a body. */
    private static final long MAX_RESULT_BYTES = 64L << 20;

    private final CallTable calls;
    private final BodyFiles bodies;
    private final FunctionInvoker invoker;
    private final Predicate<FunctionKey> exists;
    private final Callbacks callbacks;
    private final Backoff backoff;
    private final int maxAttempts;
    private final QueueMetrics metrics;
    private final Log log;

    CallRunner(
            CallTable calls,
            BodyFiles bodies,
            FunctionInvoker invoker,
            Predicate<FunctionKey> exists,
            Callbacks callbacks,
            Backoff backoff,
            int maxAttempts,
            QueueMetrics metrics,
            Log log) {
        this.calls = calls;
        this.bodies = bodies;
        this.invoker = invoker;
        this.exists = exists;
        this.callbacks = callbacks;
        this.backoff = backoff;
        this.maxAttempts = maxAttempts;
        this.metrics = metrics;
        this.log = log;
    }

    /** What came of an attempt; {@code body} only when a callback waits for it. */
    private record Outcome(
            int status,
            @Nullable String contentType,
            @Nullable String retryAfter,
            CallBody body,
            double seconds,
            String problem) {
        boolean isResult() {
            return switch (status) {
                case 0, 429, 502, 503, 504 -> false;
                default -> true;
            };
        }
    }

    /**
     * Makes one attempt.
     *
     * @param freed run when the function is through, before callback and bookkeeping
     * @param stopping whether a failure may come from the gateway's own end, which does not count as an attempt
     * @return when to try again, or null when the call is over
     */
    @Nullable
    Duration run(long id, Runnable freed, BooleanSupplier stopping) throws InterruptedException {
        QueuedCall call;
        Outcome outcome;
        try {
            call = calls.find(id);
            if (call == null) {
                return null;
            }
            outcome = attempt(call);
        } finally {
            freed.run();
        }
        try {
            if (outcome.isResult()) {
                metrics.completed(call.function(), outcome.status(), outcome.seconds());
                finish(call, outcome);
                return null;
            }
            int attempts = call.attempts() + 1;
            if (stopping.getAsBoolean()) {
                return Duration.ZERO;
            }
            if (attempts >= maxAttempts) {
                metrics.dropped(call.function());
                log.warn(
                        "asynchronous call given up",
                        "function",
                        call.function(),
                        "call",
                        call.callId(),
                        "attempts",
                        attempts,
                        "reason",
                        outcome.problem());
                finish(call, outcome);
                return null;
            }
            Duration wait = backoff.after(attempts, outcome.retryAfter());
            metrics.retried(call.function());
            calls.postpone(id, attempts, System.currentTimeMillis() + wait.toMillis());
            return wait;
        } finally {
            bodies.delete(outcome.body());
        }
    }

    private Outcome attempt(QueuedCall call) throws InterruptedException {
        long start = System.nanoTime();
        if (!exists.test(call.function())) { // perhaps it comes back: it is being replaced by hand, say
            return new Outcome(0, null, null, empty(), 0, "the function is not deployed");
        }
        Map<String, String> headers = new LinkedHashMap<>(call.headers());
        headers.put("X-Call-Id", call.callId());
        try (InvocationResult result =
                invoker.invoke(call.function(), call.method(), call.path(), call.query(), headers, call.body())) {
            CallBody body = call.callback() == null ? drain(result) : keep(result);
            return new Outcome(
                    result.status(),
                    result.contentType(),
                    result.retryAfter(),
                    body,
                    seconds(start),
                    "status " + result.status());
        } catch (IOException | RuntimeException e) {
            return new Outcome(0, null, null, empty(), seconds(start), e.toString());
        }
    }

    private void finish(QueuedCall call, Outcome outcome) throws InterruptedException {
        String callback = call.callback();
        if (callback != null) {
            int status = outcome.status() == 0 ? 503 : outcome.status();
            callbacks.deliver(call, callback, status, outcome.seconds(), outcome.contentType(), outcome.body());
        }
        remove(call);
    }

    /** The function has run: what hinders forgetting the call (a full disk, say) must not make it run again. */
    private void remove(QueuedCall call) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                calls.remove(call);
                return;
            } catch (RuntimeFailure e) {
                if (attempt == 1) {
                    log.error(
                            "a finished asynchronous call cannot be taken off the queue yet", e, "call", call.callId());
                }
                Thread.sleep(backoff.after(attempt));
            }
        }
    }

    private static CallBody drain(InvocationResult result) throws IOException {
        result.body().transferTo(OutputStream.nullOutputStream());
        return empty();
    }

    private CallBody keep(InvocationResult result) throws IOException {
        try {
            return bodies.receive(result.body(), MAX_RESULT_BYTES, false);
        } catch (BodyFiles.TooLarge e) {
            log.warn("result too large for its callback", "limit", MAX_RESULT_BYTES);
            return empty();
        }
    }

    private static CallBody empty() {
        return new CallBody.Bytes(new byte[0]);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
