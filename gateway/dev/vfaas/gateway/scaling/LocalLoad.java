package dev.vfaas.gateway.scaling;

import dev.vfaas.gateway.runtime.LiveFunction;
import java.time.Duration;

/** The load that this gateway sees. */
public final class LocalLoad implements LoadSource {
    @Override
    public void refresh() {
        // the counters are always as of now
    }

    @Override
    public ObservedLoad of(LiveFunction function) {
        long idle = System.nanoTime() - function.load().lastActivityNanos();
        return new ObservedLoad(
                function.load().inFlight(),
                function.load().started(),
                Duration.ofNanos(Math.max(0, idle)),
                Double.NaN,
                true);
    }
}
