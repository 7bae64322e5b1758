package dev.vfaas.provision.engine;

import dev.vfaas.provision.facts.Facts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run would do to a host.
 *
 * @param steps all steps in their order, also those with nothing to do
 * @param state what vfaas keeps there, and what an earlier run that was cut off turned out to have written
 * @param left the journal of a run that was cut off
 * @param observed the answers the plan was made from
 */
public record Plan(Facts facts, List<StepPlan> steps, HostState state, Journal left, Observed observed) {
    public Plan {
        steps = List.copyOf(steps);
    }

    /** The steps that have something to do. */
    public List<StepPlan> pending() {
        return steps.stream().filter(step -> !step.changes().isEmpty()).toList();
    }

    /** Whether the host is as it shall be and no run has to be finished. */
    public boolean nothingToDo() {
        return pending().isEmpty() && !left.present();
    }

    /** All changes in their order. */
    public List<Change> changes() {
        return steps.stream().flatMap(step -> step.changes().stream()).toList();
    }

    /** For JSON: a list of {step, phase, title, changes: [{change, diff}]} of the steps that have something to do; without secrets. */
    public List<Map<String, Object>> data() {
        List<Map<String, Object>> data = new ArrayList<>();
        for (StepPlan step : pending()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("step", step.step().id());
            entry.put("phase", step.step().phase().label());
            entry.put("title", step.step().title());
            entry.put(
                    "changes",
                    step.changes().stream()
                            .map(change -> Map.of("change", change.line(), "diff", new Diff().of(change)))
                            .toList());
            data.add(entry);
        }
        return data;
    }
}
