package dev.vfaas.provision.stack;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Step;
import java.util.List;

/** Keeps in the server's state which stack was chosen, so that a later run without {@code --stack} stays with it. */
final class StackStep implements Step {
    /** Where the state keeps the choice. */
    static final String CHOICE = "stack";

    private final StackChoice choice;

    StackStep(StackChoice choice) {
        this.choice = choice;
    }

    @Override
    public String id() {
        return "stack";
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "choosing the stack " + choice.label();
    }

    @Override
    public List<Change> plan(Planning planning) {
        return planning.state().value(CHOICE).orElse("").equals(choice.label())
                ? List.of()
                : List.of(new Change.OfAction("keep in mind that the stack is " + choice.label()));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.remember(CHOICE, choice.label());
    }

    @Override
    public void verify(Execution execution) {
        // It is written with the state at the end of the run.
    }
}
