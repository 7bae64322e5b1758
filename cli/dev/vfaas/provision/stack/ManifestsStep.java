package dev.vfaas.provision.stack;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import java.util.Arrays;
import java.util.List;

/** Sees to objects of the cluster. {@code down} takes them away together with the cluster; a change of stack, by {@link ServerStack#remove}. */
public class ManifestsStep implements Step {
    private final String id;
    private final String title;
    private final ClusterObjects objects;

    /** @param id begins with the stack's name, for example {@code openfaas-namespaces} */
    public ManifestsStep(String id, String title, List<Manifest> manifests) {
        this.id = id;
        this.title = title;
        this.objects = new ClusterObjects(manifests);
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final Phase phase() {
        return Phase.STACK;
    }

    @Override
    public final String title() {
        return title;
    }

    /** The objects themselves. */
    protected final ClusterObjects objects() {
        return objects;
    }

    @Override
    public List<Question> questions() {
        return List.of(objects.question(id));
    }

    @Override
    public List<Change> plan(Planning planning) {
        // What another stack takes away with it may be what is wanted here, for example the functions' namespace.
        return leaving(planning)
                ? objects.changes(new Observed.Answer(0, ""))
                : objects.changes(planning.observed().answer(id));
    }

    /** Whether another stack is taken away first. */
    static boolean leaving(Planning planning) {
        return Arrays.stream(StackChoice.values())
                .anyMatch(
                        choice -> !planning.changesOf("leave-" + choice.label()).isEmpty());
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        objects.apply(execution);
    }
}
