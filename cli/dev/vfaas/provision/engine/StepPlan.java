package dev.vfaas.provision.engine;

import java.util.List;

/** A step and what it would change; nothing when the host is as it shall be. */
public record StepPlan(Step step, List<Change> changes) {
    public StepPlan {
        changes = List.copyOf(changes);
    }
}
