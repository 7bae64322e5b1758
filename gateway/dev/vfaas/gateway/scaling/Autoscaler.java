package dev.vfaas.gateway.scaling;

import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Looks at every function's load in a fixed rhythm and adjusts the number of its replicas; see {@link ScalingDecision}. A look at an idle function
 * costs well under a microsecond.
 */
public final class Autoscaler implements AutoCloseable {
    /** The usual time between two looks. */
    public static final Duration RHYTHM = Duration.ofSeconds(1);

    private final FunctionRuntime runtime;
    private final Duration rhythm;
    private final Consumer<String> log;
    private final Map<LiveFunction, LoadHistory> histories = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    private Autoscaler(FunctionRuntime runtime, Duration rhythm, Consumer<String> log) {
        this.runtime = runtime;
        this.rhythm = rhythm;
        this.log = log;
        this.thread = Thread.ofVirtual().name("autoscaler").unstarted(this::run);
    }

    /**
     * Begins to look.
     *
     * @param log takes a line when a number changes
     */
    public static Autoscaler start(FunctionRuntime runtime, Duration rhythm, Consumer<String> log) {
        Autoscaler autoscaler = new Autoscaler(runtime, rhythm, log);
        autoscaler.thread.start();
        return autoscaler;
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(rhythm.toNanos());
            if (!closed) {
                look();
            }
        }
    }

    private void look() {
        Collection<? extends LiveFunction> functions = runtime.live();
        histories.keySet().removeIf(function -> runtime.live(function.key()) != function);
        for (LiveFunction function : functions) {
            try {
                long now = System.nanoTime();
                LoadHistory history = histories.get(function);
                if (history == null) {
                    histories.put(function, new LoadHistory(function, now));
                    continue;
                }
                int before = function.replicas();
                int decision = history.decide(function, now);
                if (decision != before) {
                    function.adjust(decision);
                    log.accept("scaled " + function.key() + " from " + before + " to " + decision);
                }
            } catch (RuntimeException e) {
                log.accept("cannot scale " + function.key() + ": " + e); // and the others go on
            }
        }
    }

    /** Ends looking; the numbers stay as they are. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
