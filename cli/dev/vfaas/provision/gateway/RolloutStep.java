package dev.vfaas.provision.gateway;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Waits until the gateway in the cluster is the one that was asked for and ready, and no older one is left. */
final class RolloutStep implements Step {
    static final String ID = "vfaas-gateway";
    private static final String QUESTION = "vfaas.gateway";
    private static final Duration DEADLINE = Duration.ofMinutes(4);
    private static final Duration LOOK_DEADLINE = Duration.ofSeconds(60);

    /** Prints "ready" or how far it is. $1 how often to look, half a second apart, no more once 12 s have passed. */
    private static final String LOOK = """
            export PATH="$PATH:/usr/local/bin"
            look() {
              said=$(k3s kubectl -n vfaas get deployment gateway -o 'jsonpath=generation={.metadata.generation} seen={.status.observedGeneration} wanted={.spec.replicas} updated={.status.updatedReplicas} available={.status.availableReplicas} all={.status.replicas}' --request-timeout=8s 2>&1) \\
                || { echo "$said" | tail -n 1; return 1; }
              for word in $said; do
                case $word in generation=*|seen=*|wanted=*|updated=*|available=*|all=*) local "$word" ;; esac
              done
              if [ "$generation" != "$seen" ]; then echo "the new version is not seen yet"; return 1; fi
              if [ "${updated:-0}" != "$wanted" ]; then echo "a new pod is being started"; return 1; fi
              if [ "${available:-0}" -lt "$wanted" ]; then echo "the new pod is not ready yet"; return 1; fi
              if [ "${all:-0}" != "$wanted" ]; then echo "the old pod finishes its calls"; return 1; fi
              echo ready
            }
            command -v k3s >/dev/null || { echo "no cluster"; exit 0; }
            i=1
            begun=$(date +%s)
            until said=$(look); do
              if [ "$i" -ge "$1" ] || [ $(($(date +%s) - begun)) -ge 12 ]; then break; fi
              i=$((i + 1)); sleep 0.5
            done
            echo "$said"
            """;

    /** Why a pod is not ready, and its last words. */
    private static final String WHY = """
            export PATH="$PATH:/usr/local/bin"
            k() { timeout 10 k3s kubectl -n vfaas "$@" 2>&1; }
            k get pods -l app=gateway --no-headers
            k get pods -l app=gateway -o 'jsonpath={range .items[*].status.containerStatuses[*]}{.state.waiting.reason} {.state.waiting.message} {.state.terminated.reason} {.lastState.terminated.reason} {.lastState.terminated.exitCode}{"\\n"}{end}'
            k get events --field-selector type=Warning --sort-by=.lastTimestamp -o 'custom-columns=R:.reason,M:.message' --no-headers | tail -n 4
            pod=$(k get pods -l app=gateway --sort-by=.metadata.creationTimestamp -o name | tail -n 1)
            [ -z "$pod" ] || k logs "$pod" --tail=12
            k logs "$pod" --tail=12 --previous 2>/dev/null | grep -v 'previous terminated'
            """;

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "waiting for the gateway";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(QUESTION, "set -- 1\n" + LOOK));
    }

    @Override
    public List<Change> plan(Planning planning) {
        if (!planning.changesOf(ObjectsStep.ID).isEmpty()) {
            return List.of(new Change.OfAction("wait until the gateway is ready"));
        }
        String said = planning.observed().answer(QUESTION).output().strip();
        return said.equals("ready")
                ? List.of()
                : List.of(new Change.OfAction("wait until the gateway is ready: " + said));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        execution.await("the gateway to be ready", DEADLINE, () -> look(execution), () -> why(execution));
    }

    private static Optional<Boolean> look(Execution execution) {
        String said =
                execution.run(Command.script(LOOK, "10"), LOOK_DEADLINE).out().strip();
        if (said.equals("ready")) {
            return Optional.of(true);
        }
        execution.progress("waiting for the gateway: " + said);
        String waiting = execution
                .attempt(
                        Command.script(
                                "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl -n vfaas get pods -l app=gateway -o 'jsonpath={range .items[*].status.containerStatuses[*]}{.state.waiting.reason} {.restartCount}{\"\\n\"}{end}'"),
                        LOOK_DEADLINE)
                .out();
        if (waiting.contains("ErrImage")
                || waiting.contains("InvalidImageName")
                || waiting.lines().anyMatch(RolloutStep::crashing)) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            execution.server().name() + ": the gateway does not start:\n  "
                                    + String.join("\n  ", why(execution)))
                    .next("vfaas host exec " + execution.server().name()
                            + " -- k3s kubectl -n vfaas logs deployment/gateway");
        }
        return Optional.empty();
    }

    private static boolean crashing(String line) {
        String[] words = line.strip().split(" ");
        return words.length == 2 && words[0].equals("CrashLoopBackOff") && Integer.parseInt(words[1]) >= 3;
    }

    private static List<String> why(Execution execution) {
        return execution
                .attempt(Command.script(WHY), LOOK_DEADLINE)
                .out()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Override
    public void verify(Execution execution) {
        // Waiting was the verification.
    }
}
