package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.ScalingRules;

/**
 * How many replicas a function is to have.
 *
 * @param wanted now, with what the autoscaler added or took away
 * @param baseline what the deployment or a person asked for, to which the number returns without load
 */
record Replicas(int wanted, int baseline) {

    /** The numbers after a new deployment changed the rules: zero stays zero, a baseline that was the old minimum becomes the new one. */
    Replicas under(ScalingRules old, ScalingRules rules) {
        int base = baseline == old.least() ? rules.least() : rules.clamp(baseline);
        return new Replicas(wanted == 0 ? 0 : wanted == baseline ? base : rules.clamp(wanted), base);
    }
}
