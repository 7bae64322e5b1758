package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A function's state as the API shows it, with the same annotations as the other runtime: {@code dev.vfaas.status} (Ready, Starting, Updating,
 * UpdateFailed, CrashLoop, Degraded, ScaledToZero), {@code dev.vfaas.status.reason}, {@code dev.vfaas.revision} (the newest asked for) and
 * {@code dev.vfaas.revision.serving} (the one that takes the calls).
 */
final class StatusReport {
    private final PodVoice voice;

    StatusReport(PodVoice voice) {
        this.voice = voice;
    }

    /** What is wrong with the newest version. */
    private record Problem(
            String text, boolean fatal, @Nullable Pod pod, boolean ran, boolean previous) {}

    /**
     * Reports on a function.
     *
     * @param inFull with the last lines of a replica that failed, for which the API is asked
     */
    FunctionStatus of(KubernetesFunction function, boolean inFull, FunctionStatus.@Nullable Usage usage) {
        KubernetesFunction.View view = function.view();
        FunctionDeployment asked = view.asked();
        long readyNewest = view.pods().stream()
                .filter(pod -> pod.ready() && pod.revision().equals(view.newest()))
                .count();
        String older = view.pods().stream()
                .filter(pod -> pod.ready() && !pod.revision().equals(view.newest()))
                .map(KubernetesFunction.Seen::revision)
                .max((a, b) -> a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b))
                .orElse(null);
        boolean newestServes = view.wanted() == 0 || readyNewest >= view.wanted() || older == null;
        Problem problem = view.wanted() == 0 || readyNewest >= view.wanted() ? null : problem(view);

        Map<String, String> annotations = new TreeMap<>(asked.annotations());
        if (!view.newest().isEmpty()) {
            annotations.put("dev.vfaas.revision", view.newest());
            annotations.put("dev.vfaas.revision.serving", newestServes || older == null ? view.newest() : older);
        }
        annotations.put("dev.vfaas.status", word(view.wanted(), readyNewest, newestServes, problem));
        if (problem != null) {
            annotations.put("dev.vfaas.status.reason", inFull ? told(problem) : problem.text());
        }
        return new FunctionStatus(
                function.key().name(),
                asked.image(),
                function.key().namespace(),
                asked.envProcess(),
                asked.envVars(),
                asked.constraints(),
                asked.secrets(),
                asked.labels(),
                annotations,
                asked.limits(),
                asked.requests(),
                asked.readOnlyRootFilesystem(),
                0,
                view.wanted(),
                readyNewest,
                view.deployment().getMetadata().getCreationTimestamp(),
                usage);
    }

    private static String word(int wanted, long readyNewest, boolean newestServes, @Nullable Problem problem) {
        boolean fatal = problem != null && problem.fatal();
        if (!newestServes) {
            return fatal ? "UpdateFailed" : "Updating";
        }
        if (wanted == 0) {
            return "ScaledToZero";
        }
        if (readyNewest >= wanted) {
            return "Ready";
        }
        if (fatal) {
            return readyNewest == 0 ? "CrashLoop" : "Degraded";
        }
        return "Starting";
    }

    private static @Nullable Problem problem(KubernetesFunction.View view) {
        Instant now = Instant.now();
        Problem found = null;
        for (KubernetesFunction.Seen seen : view.pods()) {
            if (seen.ready() || !seen.revision().equals(view.newest())) {
                continue;
            }
            PodState.Trouble trouble = PodState.trouble(seen.pod(), now);
            if (trouble != null && (found == null || trouble.fatal() && !found.fatal())) {
                found = new Problem(trouble.text(), trouble.fatal(), seen.pod(), trouble.ran(), trouble.previous());
            }
        }
        return found != null && found.fatal() ? found : orOfDeployment(view.deployment(), found);
    }

    private static @Nullable Problem orOfDeployment(Deployment deployment, @Nullable Problem otherwise) {
        List<DeploymentCondition> conditions =
                deployment.getStatus() == null ? null : deployment.getStatus().getConditions();
        Long observed =
                deployment.getStatus() == null ? null : deployment.getStatus().getObservedGeneration();
        if (conditions == null || observed == null || observed < Reading.generation(deployment)) {
            return otherwise;
        }
        for (DeploymentCondition condition : conditions) {
            boolean refused = "ReplicaFailure".equals(condition.getType()) && "True".equals(condition.getStatus());
            boolean late = "Progressing".equals(condition.getType()) && "False".equals(condition.getStatus());
            if (refused || late) {
                return new Problem(
                        condition.getReason() + ": " + condition.getMessage()
                                + (otherwise == null ? "" : "; " + otherwise.text()),
                        true,
                        null,
                        false,
                        false);
            }
        }
        return otherwise;
    }

    private String told(Problem problem) {
        Pod pod = problem.pod();
        if (pod == null) {
            return problem.text();
        }
        StringBuilder text = new StringBuilder(problem.text());
        String event = problem.fatal() ? voice.warning(pod, problem.ran()) : null;
        if (event != null && !problem.text().contains(event)) {
            text.append("\n  ").append(event);
        }
        if (problem.ran()) {
            voice.lastLines(pod, problem.previous())
                    .forEach(line -> text.append("\n  ").append(line));
        }
        return text.toString();
    }
}
