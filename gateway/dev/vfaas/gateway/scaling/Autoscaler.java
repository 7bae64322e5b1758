package dev.vfaas.gateway.scaling;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.ResourceUse;
import dev.vfaas.gateway.runtime.ScalingRules;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every function's load in a fixed rhythm and adjusts the number of its replicas; see {@link ScalingDecision}. A look at an idle function
 * costs well under a microsecond.
 */
public final class Autoscaler implements AutoCloseable {
    /** The usual time between two looks. */
    public static final Duration RHYTHM = Duration.ofSeconds(1);

    private final FunctionRuntime runtime;
    private final LoadSource loads;
    private final BooleanSupplier leads;
    private final Duration rhythm;
    private final Consumer<String> log;
    private final Map<LiveFunction, LoadHistory> histories = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    private Autoscaler(
            FunctionRuntime runtime, LoadSource loads, BooleanSupplier leads, Duration rhythm, Consumer<String> log) {
        this.runtime = runtime;
        this.loads = loads;
        this.leads = leads;
        this.rhythm = rhythm;
        this.log = log;
        this.thread = Thread.ofVirtual().name("autoscaler").unstarted(this::run);
    }

    /**
     * Begins to look, as the only gateway of its runtime.
     *
     * @param log takes a line when a number changes
     */
    public static Autoscaler start(FunctionRuntime runtime, Duration rhythm, Consumer<String> log) {
        return start(runtime, new LocalLoad(), () -> true, rhythm, log);
    }

    /**
     * Begins to look as one of several gateways.
     *
     * @param loads of all of them
     * @param leads whether this one decides now; asked at each look, and what was seen before it leads counts for nothing
     */
    public static Autoscaler start(
            FunctionRuntime runtime, LoadSource loads, BooleanSupplier leads, Duration rhythm, Consumer<String> log) {
        Autoscaler autoscaler = new Autoscaler(runtime, loads, leads, rhythm, log);
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
        if (!leads.getAsBoolean()) {
            histories.clear();
            return;
        }
        Collection<? extends LiveFunction> functions = runtime.live();
        histories.keySet().removeIf(function -> runtime.live(function.key()) != function);
        Map<FunctionKey, ResourceUse> use;
        try {
            loads.refresh();
            use = use();
        } catch (RuntimeException e) {
            log.accept("cannot scale: " + e); // at the next look, perhaps
            return;
        }
        for (LiveFunction function : functions) {
            try {
                look(function, use.get(function.key()));
            } catch (RuntimeException e) {
                log.accept("cannot scale " + function.key() + ": " + e); // and the others go on
            }
        }
    }

    /** Of the functions that are scaled by it. */
    private Map<FunctionKey, ResourceUse> use() {
        List<FunctionKey> measured = histories.entrySet().stream()
                .filter(entry -> entry.getValue().rules().measure() == ScalingRules.Measure.CPU)
                .map(entry -> entry.getKey().key())
                .toList();
        return measured.isEmpty() ? Map.of() : runtime.use(measured);
    }

    private void look(LiveFunction function, @Nullable ResourceUse use) {
        long now = System.nanoTime();
        ObservedLoad load = loads.of(function).using(use == null ? Double.NaN : use.milliCpu());
        LoadHistory history = histories.get(function);
        if (history == null) {
            histories.put(function, new LoadHistory(function, load, now));
            return;
        }
        int before = function.replicas();
        int decision = history.decide(function, load, now);
        if (decision < before && !load.complete()) {
            history.keep(before); // what is not seen may be load
            return;
        }
        if (decision != before) {
            function.adjust(decision);
            log.accept("scaled " + function.key() + " from " + before + " to " + decision);
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
