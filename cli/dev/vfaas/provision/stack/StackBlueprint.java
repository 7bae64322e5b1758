package dev.vfaas.provision.stack;

import dev.vfaas.provision.engine.Blueprint;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Journal;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The steps of the stack that was chosen, after those that take another one away. */
public final class StackBlueprint implements Blueprint {
    private final Optional<StackChoice> asked;
    private final List<ServerStack> stacks;

    /**
     * @param asked what the person chose; without it the server keeps the stack it has
     * @param stacks all there are
     */
    public StackBlueprint(Optional<StackChoice> asked, List<ServerStack> stacks) {
        this.asked = asked;
        this.stacks = List.copyOf(stacks);
    }

    /** The stack a server has, or was about to get when a run was cut off; empty when vfaas has set none up. */
    public static Optional<StackChoice> of(Facts facts) {
        HostState state = new StateText().state(facts.kept().state());
        Optional<StackChoice> kept = state.value(StackStep.CHOICE).flatMap(StackChoice::of);
        return kept.isPresent()
                ? kept
                : Arrays.stream(StackChoice.values())
                        .filter(choice -> begun(choice, facts))
                        .findFirst();
    }

    /** Whether steps of a stack were done, or begun, on a server. */
    private static boolean begun(StackChoice choice, Facts facts) {
        StateText text = new StateText();
        Journal journal = text.journal(facts.kept().journal());
        Set<String> steps = new TreeSet<>(text.state(facts.kept().state()).steps());
        steps.addAll(journal.steps());
        return steps.stream().anyMatch(id -> id.startsWith(choice.prefix()));
    }

    @Override
    public List<Step> steps(Facts facts) {
        Optional<StackChoice> choice = asked.isPresent() ? asked : of(facts);
        List<Step> steps = new ArrayList<>();
        if (choice.isEmpty()) {
            return steps;
        }
        Optional<StackChoice> kept = of(facts); // all that a restored server knows of its stack
        stacks.stream()
                .filter(stack -> stack.choice() != choice.get())
                .filter(stack -> begun(stack.choice(), facts) || kept.equals(Optional.of(stack.choice())))
                .forEach(stack -> steps.add(new LeaveStep(stack)));
        steps.add(new StackStep(choice.get()));
        stacks.stream()
                .filter(stack -> stack.choice() == choice.get())
                .forEach(stack -> steps.addAll(stack.steps(facts)));
        return steps;
    }
}
