package dev.vfaas.provision.engine;

import java.util.List;
import java.util.Map;

/**
 * A step and what it would change; nothing when the host is as it shall be.
 *
 * @param before what {@link Step#before} told
 */
public record StepPlan(Step step, List<Change> changes, Map<String, String> before) {
    public StepPlan {
        changes = List.copyOf(changes);
        before = Map.copyOf(before);
    }
}
