package dev.vfaas.provision.stack;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Takes away the stack a server had, because another one was chosen; refuses while functions are deployed, since they would be lost. */
final class LeaveStep implements Step {
    private static final Duration LOOK = Duration.ofSeconds(60);

    /** Where functions live, whichever stack runs them: all of their usual namespace, and those of others. Fails when the cluster does not answer. */
    private static final String FUNCTIONS = """
            PATH="$PATH:/usr/local/bin"
            names='jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\\n"}{end}'
            usual=$(k3s kubectl -n openfaas-fn get deployments -o "$names") || exit
            others=$(k3s kubectl get deployments -A -l faas_function -o "$names") || exit
            printf '%s\\n' "$usual" "$others" | sort -u
            """;

    private final ServerStack stack;

    LeaveStep(ServerStack stack) {
        this.stack = stack;
    }

    @Override
    public String id() {
        return "leave-" + stack.choice().label();
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "taking the stack " + stack.choice().label() + " away";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(id(), FUNCTIONS));
    }

    @Override
    public List<Change> plan(Planning planning) {
        // K3s may be stopped now; it runs, and is asked again, before anything is taken away.
        Observed.Answer functions = planning.observed().answer(id());
        requireNone(functions.output(), "; nothing was changed");
        return stack.removes().stream()
                .<Change>map(line -> new Change.OfAction("remove " + line))
                .toList();
    }

    /** @param functions NAMESPACE/NAME, a line each */
    void requireNone(String functions, String then) {
        List<String> names = functions.lines().filter(name -> !name.isBlank()).toList();
        if (!names.isEmpty()) {
            Map<String, List<String>> spaces = names.stream()
                    .map(name -> name.split("/", 2))
                    .collect(Collectors.groupingBy(
                            name -> name[0], TreeMap::new, Collectors.mapping(name -> name[1], Collectors.toList())));
            List<String> removals = new ArrayList<>();
            spaces.forEach(
                    (space, inside) -> removals.add("vfaas remove " + String.join(" ", inside) + " -n " + space));
            throw Failure.of(
                            ExitCode.PREFLIGHT,
                            "the stack " + stack.choice().label() + " of that server still has functions ("
                                    + String.join(", ", names)
                                    + "), which would be lost with it" + then)
                    .next(String.join("; ", removals) + "; then the same command again");
        }
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        requireNone(execution.run(Command.script(FUNCTIONS), LOOK).out(), "; it was left as it is");
        stack.remove(execution);
        List.copyOf(execution.state().steps()).stream()
                .filter(id -> id.startsWith(stack.choice().prefix()))
                .forEach(execution::forget);
        List.copyOf(execution.state().values().keySet()).stream()
                .filter(key -> key.startsWith(stack.choice().label() + ".")
                        && !stack.keeps().contains(key))
                .forEach(execution::forgetValue);
    }

    @Override
    public void verify(Execution execution) {
        // Removing waits until it is gone.
    }
}
