package dev.vfaas.provision.stack;

import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import java.util.List;

/** Something that serves functions in a cluster: what {@code vfaas up HOST} sets up after K3s. */
public interface ServerStack {
    /** Which one it is. */
    StackChoice choice();

    /** The steps that set it up, in their order; their ids begin with {@code openfaas-}, {@code vfaas-}. */
    List<Step> steps(Facts facts);

    /** What {@link #remove} takes away, a line each, for the plan. */
    List<String> removes();

    /** Takes all of it away from a cluster that goes on, because another stack was chosen. Must bear being called twice. */
    void remove(Execution execution);

    /** Names of values that the server's state keeps when the stack is left. */
    default List<String> keeps() {
        return List.of();
    }
}
