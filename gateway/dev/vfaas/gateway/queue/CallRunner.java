package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs one queued call: invokes the function, tells the callback, and ends the call, in that order. */
final class CallRunner implements CallStore.Worker {
    /** A result kept for a callback may be this large; of a larger one the callback gets the status without a body. */
    private static final long MAX_RESULT_BYTES = 64L << 20;

    private final BodyFiles bodies;
    private final FunctionInvoker invoker;
    private final FunctionDirectory functions;
    private final Callbacks callbacks;
    private final RetryPolicy usual;
    private final QueueMetrics metrics;
    private final Log log;
    private final BooleanSupplier stopping;

    /**
     * @param usual for functions whose annotations say nothing else
     * @param stopping whether a failure may come from the gateway's own end, which does not count as an attempt
     */
    CallRunner(
            BodyFiles bodies,
            FunctionInvoker invoker,
            FunctionDirectory functions,
            Callbacks callbacks,
            RetryPolicy usual,
            QueueMetrics metrics,
            Log log,
            BooleanSupplier stopping) {
        this.bodies = bodies;
        this.invoker = invoker;
        this.functions = functions;
        this.callbacks = callbacks;
        this.usual = usual;
        this.metrics = metrics;
        this.log = log;
        this.stopping = stopping;
    }

    /** What came of an attempt; {@code body} only when a callback waits for it. */
    private record Outcome(
            int status,
            @Nullable String contentType,
            @Nullable String retryAfter,
            CallBody body,
            double seconds,
            boolean internal,
            String problem) {
        boolean isResult(RetryPolicy policy) {
            return status != 0 && !internal && !policy.codes().contains(status);
        }
    }

    @Override
    public void run(CallStore.Held held, Runnable freed) throws InterruptedException {
        QueuedCall call;
        Outcome outcome;
        try {
            call = held.load();
            if (call == null) {
                return;
            }
            outcome = attempt(call);
        } finally {
            freed.run();
        }
        try {
            end(held, call, outcome);
        } finally {
            bodies.delete(outcome.body());
        }
    }

    private void end(CallStore.Held held, QueuedCall call, Outcome outcome) throws InterruptedException {
        RetryPolicy policy = policy(call.function());
        if (outcome.isResult(policy)) {
            metrics.completed(call.function(), outcome.status(), outcome.seconds());
            tell(call, outcome, policy);
            surely(call, policy, held::finished);
            return;
        }
        int attempts = call.attempts() + 1;
        if (stopping.getAsBoolean()) {
            held.release();
            return;
        }
        if (attempts < policy.attempts()) {
            Duration wait = policy.backoff().after(attempts, outcome.retryAfter());
            metrics.retried(call.function());
            held.again(attempts, wait);
            return;
        }
        metrics.dropped(call.function());
        log.warn(
                "asynchronous call given up, it is a dead letter now",
                "function",
                call.function(),
                "call",
                call.callId(),
                "attempts",
                attempts,
                "reason",
                outcome.problem());
        tell(call, outcome, policy);
        surely(call, policy, () -> held.dead(attempts, outcome.status(), outcome.problem()));
    }

    private RetryPolicy policy(FunctionKey key) {
        LiveFunction function = functions.live(key);
        if (function == null) {
            return usual;
        }
        try {
            return usual.with(function.deployment().annotations());
        } catch (RuntimeFailure e) { // accepted by an older version with other rules
            return usual;
        }
    }

    private Outcome attempt(QueuedCall call) throws InterruptedException {
        long start = System.nanoTime();
        if (functions.live(call.function()) == null) { // perhaps it comes back: it is being replaced by hand, say
            return new Outcome(0, null, null, empty(), 0, false, "the function is not deployed");
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
                    result.internal(),
                    "status " + result.status());
        } catch (IOException | RuntimeException e) {
            return new Outcome(0, null, null, empty(), seconds(start), false, e.toString());
        }
    }

    private void tell(QueuedCall call, Outcome outcome, RetryPolicy policy) throws InterruptedException {
        String callback = call.callback();
        if (callback != null) {
            int status = outcome.status() == 0 ? 503 : outcome.status();
            Callbacks.Result result = new Callbacks.Result(
                    status,
                    outcome.seconds(),
                    outcome.contentType(),
                    outcome.body(),
                    call.attempts(),
                    policy.attempts());
            if (!callbacks.deliver(call, callback, result)) {
                metrics.callbackFailed(call.function());
            }
        }
    }

    /** The function has run: what hinders forgetting the call (a full disk, say) must not make it run again. */
    private void surely(QueuedCall call, RetryPolicy policy, Runnable ending) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                ending.run();
                return;
            } catch (RuntimeFailure e) {
                if (attempt == 1) {
                    log.error(
                            "a finished asynchronous call cannot be taken off the queue yet", e, "call", call.callId());
                }
                Thread.sleep(policy.backoff().after(attempt));
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
