package dev.vfaas.provision.k3s;

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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Waits until the cluster can be used: API server, node, the parts K3s brings, accounts; each stage has its own deadline. */
final class ReadyStep implements Step {
    static final String ID = "k3s-ready";
    private static final String QUESTION = "k3s.ready";
    private static final Duration LOOK_DEADLINE = Duration.ofSeconds(60);

    /** The same in one call of kubectl, for a cluster that is ready: it prints "ready" then, and something else otherwise. $2 as above. */
    static final String GLANCE = """
            export PATH="$PATH:/usr/local/bin"
            all=$(k3s kubectl get nodes,deployments,serviceaccounts -A -o 'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{.status.conditions[?(@.type=="Available")].status}{"\\n"}{end}' --request-timeout=8s 2>/dev/null)
            all=" $(echo $all) "
            glance() {
              case $all in *" Node//$(uname -n | tr A-Z a-z)=True "*) ;; *) return 1 ;; esac
              case $all in *" ServiceAccount/default/default= "*) ;; *) return 1 ;; esac
              for name in $2; do
                case $all in *" Deployment/kube-system/$name=True "*) ;; *) return 1 ;; esac
              done
            }
            if glance "$@"; then echo ready; exit 0; fi
            """;

    /** Prints the stage that is not reached yet, or "ready", and a word about it. $1 how often to look, a second apart, no more once 12 s have passed; $2 deployments that must be there. */
    private static final String LOOK = """
            export PATH="$PATH:/usr/local/bin"
            look() {
              [ -f /etc/rancher/k3s/k3s.yaml ] || { echo "kubeconfig no /etc/rancher/k3s/k3s.yaml yet"; return 1; }
              answer=$(k3s kubectl get --raw /readyz --request-timeout=5s 2>&1) || { echo "api $answer" | tail -n 1; return 1; }
              nodes=$(k3s kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}' --request-timeout=5s 2>&1) \\
                || { echo "node $nodes" | tail -n 1; return 1; }
              own=$(echo "$nodes" | grep "^$(uname -n | tr A-Z a-z)=")
              case ${own:-$nodes} in *=True*) ;; *) echo "node $(echo $nodes)"; return 1 ;; esac
              deployments=$(k3s kubectl -n kube-system get deployments -o 'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Available")].status}{"\\n"}{end}' --request-timeout=5s 2>&1) \\
                || { echo "parts $deployments" | tail -n 1; return 1; }
              for name in $2; do
                case " $(echo $deployments) " in *" $name=True "*) ;; *) echo "parts $(echo $deployments)"; return 1 ;; esac
              done
              k3s kubectl -n default get serviceaccount default --request-timeout=5s >/dev/null 2>&1 || { echo "account no default service account yet"; return 1; }
              echo ready
            }
            i=1
            begun=$(date +%s)
            until said=$(look "$@"); do
              if [ "$i" -ge "$1" ] || [ $(($(date +%s) - begun)) -ge 12 ]; then break; fi
              i=$((i + 1)); sleep 1
            done
            echo "$said"
            """;

    /** How long each stage may take. */
    private static final Map<String, Duration> DEADLINES = Map.of(
            "kubeconfig", Duration.ofSeconds(60),
            "api", Duration.ofSeconds(120),
            "node", Duration.ofSeconds(180),
            "parts", Duration.ofSeconds(300),
            "account", Duration.ofSeconds(60));

    private final K3sOptions options;
    private final InstantSource clock;

    ReadyStep(K3sOptions options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.K3S;
    }

    @Override
    public String title() {
        return "waiting for the cluster";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(QUESTION, "set -- 1 '" + parts() + "'\n" + GLANCE + LOOK));
    }

    /** K3s brings these Deployments; Traefik only when it is wanted. */
    private String parts() {
        return options.world() ? "coredns local-path-provisioner traefik" : "coredns local-path-provisioner";
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<Change> changes = new ArrayList<>();
        if (!planning.changesOf(ServiceStep.ID).isEmpty()) {
            changes.add(new Change.OfAction("wait until the cluster is ready"));
        } else if (!planning.observed().answer(QUESTION).output().strip().equals("ready")) {
            changes.add(new Change.OfAction("wait until the cluster is ready: "
                    + planning.observed().answer(QUESTION).output().strip()));
        }
        return changes;
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        Stages stages = new Stages(execution);
        Duration all = DEADLINES.values().stream().reduce(Duration.ZERO, Duration::plus);
        execution.await("the cluster to be ready", all, stages::look, stages::diagnosis);
    }

    @Override
    public void verify(Execution execution) {
        // Waiting was the verification.
    }

    /** How far the cluster is, and since when. */
    private final class Stages {
        private final Execution execution;
        private String stage = "";
        private Instant since = Instant.MIN;

        Stages(Execution execution) {
            this.execution = execution;
        }

        Optional<Boolean> look() {
            String said = execution
                    .run(Command.script(LOOK, "8", parts()), LOOK_DEADLINE)
                    .out()
                    .strip();
            if (said.equals("ready")) {
                return Optional.of(true);
            }
            String now = said.split(" ", 2)[0];
            if (!now.equals(stage)) {
                stage = now;
                since = clock.instant();
            }
            execution.progress("waiting for the cluster: " + said);
            Duration deadline = DEADLINES.getOrDefault(stage, Duration.ofSeconds(60));
            if (Duration.between(since, clock.instant()).compareTo(deadline) > 0) {
                throw Failure.of(
                                ExitCode.TIMED_OUT,
                                execution.server().name() + ": the cluster did not become ready within "
                                        + deadline.toSeconds() + " s at this stage: " + said + "\n  "
                                        + String.join("\n  ", diagnosis()))
                        .next("vfaas doctor " + execution.server().name());
            }
            return Optional.empty();
        }

        List<String> diagnosis() {
            List<String> lines =
                    new ArrayList<>(UnitStart.journal(execution, options.role().unit()));
            String pods = execution
                    .attempt(
                            Command.script(
                                    "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl get pods -A --no-headers 2>&1 | grep -v -e Running -e Completed | head -n 8;"
                                            + " k3s kubectl get events -A --field-selector type=Warning --sort-by=.lastTimestamp -o custom-columns=O:.involvedObject.name,M:.message --no-headers 2>/dev/null | tail -n 5"),
                            LOOK_DEADLINE)
                    .out();
            pods.lines().map(String::strip).forEach(lines::add);
            return lines;
        }
    }
}
