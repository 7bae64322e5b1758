package dev.vfaas.gateway.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a pod's status. */
final class PodState {
    /** Time a replica may run without being ready, or wait for a node, before that counts as a failure. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Set<String> CANNOT_START = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "RegistryUnavailable",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "CrashLoopBackOff");

    private PodState() {}

    /**
     * Why a replica is not ready.
     *
     * @param text for people
     * @param fatal whether it will not become ready by itself
     * @param ran whether its container ran, so that it may have written something
     * @param previous whether what it wrote belongs to a run that is over
     */
    record Trouble(String text, boolean fatal, boolean ran, boolean previous) {}

    static boolean ready(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getConditions() == null) {
            return false;
        }
        for (PodCondition condition : pod.getStatus().getConditions()) {
            if ("Ready".equals(condition.getType())) {
                return "True".equals(condition.getStatus());
            }
        }
        return false;
    }

    /** Whether its container is between two runs. */
    static boolean ended(Pod pod) {
        ContainerStatus container = container(pod);
        return container != null
                && container.getState() != null
                && (container.getState().getTerminated() != null
                        || container.getState().getWaiting() != null
                                && container.getLastState() != null
                                && container.getLastState().getTerminated() != null);
    }

    /** Whether its container runs or ran, so that it has a log. */
    static boolean began(Pod pod) {
        ContainerStatus container = container(pod);
        return container != null
                && container.getState() != null
                && (container.getState().getRunning() != null
                        || container.getState().getTerminated() != null);
    }

    static int restarts(Pod pod) {
        ContainerStatus container = container(pod);
        return container == null || container.getRestartCount() == null ? 0 : container.getRestartCount();
    }

    /** What keeps a replica that is not ready from being it; null when it is just starting. */
    static @Nullable Trouble trouble(Pod pod, Instant now) {
        String name = "pod " + pod.getMetadata().getName() + ": ";
        ContainerStatus container = container(pod);
        if (container == null || container.getState() == null) {
            return waitsForNode(pod, name, now);
        }
        ContainerState state = container.getState();
        ContainerStateTerminated last = terminated(container);
        int restarts = restarts(pod);
        String ends = last == null ? "" : how(last);
        if (state.getWaiting() != null && state.getWaiting().getReason() != null) {
            String reason = state.getWaiting().getReason();
            String message = state.getWaiting().getMessage();
            if (CANNOT_START.contains(reason)) {
                if (reason.equals("CrashLoopBackOff")) {
                    return new Trouble(
                            name + reason + ": " + ends + ", " + times(restarts) + " so far", true, true, true);
                }
                return new Trouble(name + reason + (message == null ? "" : ": " + message), true, false, false);
            }
            return last == null ? null : new Trouble(name + ends, restarts > 1, true, true);
        }
        if (state.getTerminated() != null) {
            return new Trouble(name + ends + (restarts > 0 ? ", " + times(restarts) : ""), restarts > 1, true, false);
        }
        if (state.getRunning() == null) {
            return null;
        }
        Instant since = instant(state.getRunning().getStartedAt());
        Instant unready = notReadySince(pod); // a node that was cut off takes back what it said; that is no slow start
        boolean late = since != null
                && since.plus(PATIENCE).isBefore(now)
                && (unready == null || unready.plus(PATIENCE).isBefore(now));
        if (last != null && restarts > 0) {
            return new Trouble(name + ends + ", " + times(restarts), restarts > 1, true, !late);
        }
        return late
                ? new Trouble(name + "runs for " + PATIENCE.toSeconds() + " s and is not ready", true, true, false)
                : null;
    }

    /** What will keep a replica from ever getting ready; a pull that failed just now is tried again and is none. */
    static @Nullable Trouble hopeless(Pod pod, Instant now) {
        ContainerStatus container = container(pod);
        if (container != null
                && container.getState() != null
                && container.getState().getWaiting() != null
                && "ErrImagePull".equals(container.getState().getWaiting().getReason())) {
            return null;
        }
        Trouble trouble = trouble(pod, now);
        return trouble != null && trouble.fatal() ? trouble : null;
    }

    private static @Nullable Instant notReadySince(Pod pod) {
        if (pod.getStatus().getConditions() == null) {
            return null;
        }
        for (PodCondition condition : pod.getStatus().getConditions()) {
            if ("Ready".equals(condition.getType())) {
                return instant(condition.getLastTransitionTime());
            }
        }
        return null;
    }

    private static @Nullable Trouble waitsForNode(Pod pod, String name, Instant now) {
        if (pod.getStatus() == null || pod.getStatus().getConditions() == null) {
            return null;
        }
        for (PodCondition condition : pod.getStatus().getConditions()) {
            if ("PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus())) {
                Instant since = instant(condition.getLastTransitionTime());
                boolean late = since != null && since.plus(PATIENCE).isBefore(now);
                return new Trouble(name + condition.getReason() + ": " + condition.getMessage(), late, false, false);
            }
        }
        return null;
    }

    private static String how(ContainerStateTerminated end) {
        String reason = end.getReason();
        StringBuilder text = new StringBuilder();
        if ("OOMKilled".equals(reason)) {
            text.append("was killed for using more memory than its limit");
        } else if (end.getSignal() != null && end.getSignal() > 0) {
            text.append("ended by signal ").append(end.getSignal());
        } else {
            text.append("ended with exit code ").append(end.getExitCode());
        }
        if (end.getMessage() != null && !end.getMessage().isBlank()) {
            text.append(" (").append(end.getMessage().strip()).append(')');
        }
        return text.toString();
    }

    private static String times(int restarts) {
        return restarts == 1 ? "1 restart" : restarts + " restarts";
    }

    private static @Nullable ContainerStateTerminated terminated(ContainerStatus container) {
        if (container.getState().getTerminated() != null) {
            return container.getState().getTerminated();
        }
        return container.getLastState() == null
                ? null
                : container.getLastState().getTerminated();
    }

    private static @Nullable ContainerStatus container(Pod pod) {
        List<ContainerStatus> containers =
                pod.getStatus() == null ? null : pod.getStatus().getContainerStatuses();
        return containers == null || containers.isEmpty() ? null : containers.getFirst();
    }

    private static @Nullable Instant instant(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
