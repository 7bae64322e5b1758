package dev.vfaas.provision.engine;

import java.util.List;
import java.util.Map;

/**
 * One thing a run sees to. It is asked what it must know, plans what it would change, applies that, and verifies it. Steps are idempotent: a run
 * that was killed anywhere is finished by doing its unfinished steps again.
 */
public interface Step {
    /** Stable and unique, for example {@code k3s-config}; the journal knows steps by it. */
    String id();

    Phase phase();

    /** What is being done, in the present tense, for progress: {@code writing the configuration}. */
    String title();

    /** What it must know; answered together with all other steps' questions. By default nothing. */
    default List<Question> questions() {
        return List.of();
    }

    /** What is to be changed; empty when the host is as it shall be. Pure. */
    List<Change> plan(Planning planning);

    /**
     * What the host is like before this step changes it, for {@link #undo}: values that are written down before anything is done, and never again
     * once they are. Asked only when there are changes. Never a secret.
     */
    default Map<String, String> before(Planning planning) {
        return Map.of();
    }

    /** Makes the changes. Called only when there are some; called again after a dropped connection or a kill. */
    void apply(List<Change> changes, Execution execution);

    /** Throws a {@link dev.vfaas.console.Failure} with exit 7 unless the host became what was asked. By default nothing may be left to plan. */
    default void verify(Execution execution) {
        execution.requireNothingLeft(this);
    }

    /** Takes away, for {@code down}, what is more than files that were recorded. Called in reverse order; must bear being called twice. */
    default void undo(Execution execution) {}

    /** What {@link #undo} takes away, a line each, for the list a person confirms. */
    default List<String> undoes(HostState state) {
        return List.of();
    }
}
