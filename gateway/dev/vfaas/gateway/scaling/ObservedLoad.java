package dev.vfaas.gateway.scaling;

import java.time.Duration;

/**
 * The load of one function over all gateways.
 *
 * @param inFlight calls in flight or held now
 * @param started calls begun since the gateways started; it falls when one of them ends
 * @param idle since the last call began or ended
 * @param milliCpu thousandths of a CPU its replicas use, NaN when that is not known
 * @param complete whether every gateway has told its part
 */
public record ObservedLoad(int inFlight, long started, Duration idle, double milliCpu, boolean complete) {
    /** The same with what is used of the CPU. */
    ObservedLoad using(double milliCpu) {
        return new ObservedLoad(inFlight, started, idle, milliCpu, complete);
    }
}
