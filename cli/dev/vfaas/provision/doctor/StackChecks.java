package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.Sections;
import dev.vfaas.provision.gateway.VfaasStack;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.stack.StackBlueprint;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.provision.stack.openfaas.OpenFaasStack;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Checks of what serves functions on a server, and of the functions' pods; all in one round trip. Nothing where there is no stack. */
final class StackChecks {
    private static final int SEVERAL_RESTARTS = 3;

    /** $1: the namespace of the gateway. */
    private static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            section() { echo "$1"; sed 's/^/ /'; echo; }
            kubectl() { timeout 15 k3s kubectl "$@" 2>/dev/null; }
            kubectl -n "$1" get deployment gateway --ignore-not-found -o 'jsonpath={.spec.replicas}|{.status.readyReplicas}' | section gateway
            kubectl get --raw "/api/v1/namespaces/$1/services/gateway:8080/proxy/healthz" >/dev/null && echo yes | section healthy
            [ "$1" = openfaas ] || kubectl get --raw "/api/v1/namespaces/$1/services/gateway:8080/proxy/metrics" | grep '^vfaas_async_connected' | section queue
            kubectl get pods -A -o 'jsonpath={range .items[*]}{.metadata.namespace}|{.metadata.name}|{.metadata.labels.faas_function}|{.metadata.labels.app}|{.status.phase}|{.metadata.deletionTimestamp}|{range .status.containerStatuses[*]}{.state.waiting.reason}{" "}{end}|{range .status.containerStatuses[*]}{.restartCount}{" "}{end}|{.status.conditions[?(@.type=="PodScheduled")].message}{"\\n"}{end}' | section pods
            kubectl get events -A --field-selector=type=Warning --sort-by=.lastTimestamp -o 'jsonpath={range .items[*]}{.involvedObject.namespace}|{.involvedObject.name}|{.reason}|{.message}{"\\n"}{end}' | section events
            if [ "$1" = openfaas ]; then
              kubectl -n kube-system get job helm-install-openfaas --ignore-not-found -o 'jsonpath={.status.succeeded}|{.status.conditions[?(@.type=="Failed")].status}|{.status.conditions[?(@.type=="Failed")].message}' | section helm
              kubectl -n openfaas-fn get deployments -o name | wc -l | section functions
            fi
            """;

    private final InstantSource clock;

    StackChecks(InstantSource clock) {
        this.clock = clock;
    }

    List<Finding> check(Server server, Facts facts) {
        StackChoice stack = StackBlueprint.of(facts).orElse(StackChoice.NONE);
        if (stack == StackChoice.NONE) {
            return List.of();
        }
        String namespace = stack == StackChoice.VFAAS ? VfaasStack.NAMESPACE : OpenFaasStack.NAMESPACE;
        Sections said = Sections.of(server.runAsRoot(Command.script(SCRIPT, namespace), Duration.ofSeconds(90))
                .out());
        List<Finding> findings = new ArrayList<>();
        if (stack == StackChoice.OPENFAAS) {
            findings.addAll(new OpenFaasChecks(clock, server.name()).check(said, facts));
        }
        findings.addAll(check(said, server.name(), namespace));
        return findings;
    }

    /** A pod that does not do what it is for. */
    private record Pod(
            String namespace,
            String name,
            String function,
            String app,
            String phase,
            boolean leaving,
            String waiting,
            int restarts,
            String unscheduled) {
        static Pod of(String line) {
            String[] words = line.split("\\|", 9);
            int restarts = 0;
            for (String count : words[7].strip().split(" +")) {
                restarts += count.matches("\\d{1,6}") ? Integer.parseInt(count) : 0;
            }
            return new Pod(
                    words[0],
                    words[1],
                    words[2],
                    words[3],
                    words[4],
                    !words[5].isEmpty(),
                    words[6].strip().replaceAll(" +.*", ""),
                    restarts,
                    words[8].strip());
        }

        boolean cannotPull() {
            return waiting.contains("Image") || waiting.contains("RegistryUnavailable");
        }

        /** Containers that are being made are no trouble. */
        boolean inTrouble() {
            boolean starting =
                    waiting.isEmpty() || waiting.equals("ContainerCreating") || waiting.equals("PodInitializing");
            return !leaving && (!starting || !unscheduled.isEmpty());
        }

        String trouble() {
            return waiting.isEmpty() || !unscheduled.isEmpty() ? unscheduled : waiting + times();
        }

        private String times() {
            return restarts == 0 ? "" : " (restarted " + restarts + (restarts == 1 ? " time)" : " times)");
        }
    }

    /** What they tell. */
    static List<Finding> check(Sections said, String host, String namespace) {
        List<Pod> pods = said.lines("pods").stream()
                .filter(line -> line.split("\\|", -1).length >= 9)
                .map(Pod::of)
                .toList();
        List<Finding> findings = new ArrayList<>();
        findings.add(gateway(said, pods, host, namespace));
        findings.addAll(queue(said, host));
        List<Pod> functions = pods.stream()
                .filter(pod -> !pod.function().isEmpty() && pod.inTrouble())
                .toList();
        findings.add(pulling(functions, said, host));
        findings.add(running(functions, host));
        return findings;
    }

    private static Finding gateway(Sections said, List<Pod> pods, String host, String namespace) {
        String title = "gateway";
        String[] counts = said.line("gateway").split("\\|", -1);
        if (counts.length < 2 || !counts[0].matches("\\d+")) {
            return block(
                    "G-GATEWAY", title, "there is no Deployment gateway in namespace " + namespace, "vfaas up " + host);
        }
        int ready = counts[1].matches("\\d+") ? Integer.parseInt(counts[1]) : 0;
        String evidence = ready + " of " + counts[0] + " pods ready";
        List<Pod> own = pods.stream()
                .filter(pod -> pod.namespace().equals(namespace) && pod.app().equals("gateway") && !pod.leaving())
                .toList();
        String states = own.stream()
                .filter(Pod::inTrouble)
                .map(pod -> "; " + pod.name() + ": " + pod.trouble() + why(said, pod))
                .collect(Collectors.joining());
        String look = "vfaas host logs " + host + " --gateway";
        if (ready < Integer.parseInt(counts[0]) || ready == 0) {
            return block("G-GATEWAY", title, evidence + states, look + "; then vfaas up " + host);
        }
        if (!said.has("healthy")) {
            return block("G-GATEWAY", title, evidence + ", but /healthz does not answer", look);
        }
        int restarts = own.stream().mapToInt(Pod::restarts).sum();
        return restarts >= SEVERAL_RESTARTS
                ? warn("G-GATEWAY", title, evidence + "; restarted " + restarts + " times", look)
                : pass("G-GATEWAY", title, evidence + ", /healthz answers");
    }

    /** Nothing where the gateway does not say. */
    private static List<Finding> queue(Sections said, String host) {
        String title = "queue of asynchronous calls";
        return switch (said.line("queue")) {
            case "vfaas_async_connected 1" -> List.of(pass("G-QUEUE", title, "it can be reached"));
            case "vfaas_async_connected 0" ->
                List.of(warn(
                        "G-QUEUE",
                        title,
                        "the gateway cannot reach it: asynchronous calls are refused",
                        "the reason: vfaas host logs " + host + " --gateway; for another queue server: vfaas up " + host
                                + " --gateway-queue nats://ADDRESS:4222"));
            default -> List.of();
        };
    }

    private static Finding pulling(List<Pod> functions, Sections said, String host) {
        Map<String, String> failing = new TreeMap<>();
        functions.stream()
                .filter(Pod::cannotPull)
                .forEach(pod ->
                        failing.putIfAbsent(pod.namespace() + "/" + pod.function(), pod.waiting() + why(said, pod)));
        return failing.isEmpty()
                ? pass("G-PULL", "images of functions", "all could be fetched")
                : warn(
                        "G-PULL",
                        "images of functions",
                        told(failing),
                        "vfaas push and vfaas deploy put the image there; for a private registry: vfaas registry login; what the node says: vfaas host logs "
                                + host + " --unit k3s");
    }

    private static Finding running(List<Pod> functions, String host) {
        Map<String, String> failing = new TreeMap<>();
        functions.stream()
                .filter(pod -> !pod.cannotPull())
                .forEach(pod -> failing.putIfAbsent(pod.namespace() + "/" + pod.function(), pod.trouble()));
        boolean noRoom = failing.values().stream().anyMatch(trouble -> trouble.contains("nodes are available"));
        return failing.isEmpty()
                ? pass("G-FUNCTIONS", "functions", "no pod of one is in trouble")
                : warn(
                        "G-FUNCTIONS",
                        "functions",
                        told(failing),
                        "vfaas logs NAME; vfaas describe NAME"
                                + (noRoom ? "; for room: smaller requests, or vfaas node add HOST2 --to " + host : ""));
    }

    private static String told(Map<String, String> failing) {
        return failing.entrySet().stream()
                        .limit(8)
                        .map(entry -> entry.getKey() + ": " + entry.getValue())
                        .collect(Collectors.joining("; "))
                + (failing.size() > 8 ? "; and " + (failing.size() - 8) + " more" : "");
    }

    /** The end of what the kubelet said last about it: the cause comes after the names of what it wanted. */
    private static String why(Sections said, Pod pod) {
        String last = "";
        for (String line : said.lines("events")) {
            String[] words = line.split("\\|", 4);
            boolean says = words.length == 4
                    && words[0].equals(pod.namespace())
                    && words[1].equals(pod.name())
                    && words[2].equals("Failed")
                    && words[3].contains("\": ");
            last = says ? words[3] : last;
        }
        return last.isEmpty() ? "" : ": " + last.replaceFirst("^.*\": ", "");
    }
}
