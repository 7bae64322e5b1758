package dev.vfaas.provision.gateway;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import java.util.List;

/** A step for commands that only take away what it did: it asks and plans nothing. */
record UndoOnly(Step step) implements Step {
    @Override
    public String id() {
        return step.id();
    }

    @Override
    public Phase phase() {
        return step.phase();
    }

    @Override
    public String title() {
        return step.title();
    }

    @Override
    public List<Change> plan(Planning planning) {
        return List.of();
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        throw new IllegalStateException(id() + " is here to be undone");
    }

    @Override
    public void undo(Execution execution) {
        step.undo(execution);
    }

    @Override
    public List<String> undoes(HostState state) {
        return step.undoes(state);
    }
}
