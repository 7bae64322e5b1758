package dev.vfaas.gateway.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a pod that failed said last, and what its node says about it; asks the API, and keeps silent when that cannot tell. */
final class PodVoice {
    private static final int LINES = 8;
    private static final int LINE_LENGTH = 400;

    private final Cluster cluster;

    PodVoice(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The last lines its container wrote; of the run before the present one if {@code previous}. */
    List<String> lastLines(Pod pod, boolean previous) {
        try {
            return read(pod, previous);
        } catch (KubernetesClientException e) {
            try {
                return previous ? read(pod, false) : List.of();
            } catch (KubernetesClientException none) {
                return List.of();
            }
        }
    }

    private List<String> read(Pod pod, boolean previous) {
        var resource = cluster.client()
                .pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName());
        String log = previous
                ? resource.terminated().tailingLines(LINES).getLog()
                : resource.tailingLines(LINES).getLog();
        return log.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.length() > LINE_LENGTH ? line.substring(0, LINE_LENGTH) + "…" : line)
                .toList();
    }

    /** The newest warning about it: a probe that fails if it {@code ran}, else what kept it from starting; null when there is none. */
    @Nullable
    String warning(Pod pod, boolean ran) {
        try {
            return cluster
                    .client()
                    .v1()
                    .events()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withField("involvedObject.uid", pod.getMetadata().getUid())
                    .list()
                    .getItems()
                    .stream()
                    .filter(event -> "Warning".equals(event.getType()) && !"BackOff".equals(event.getReason()))
                    .filter(event -> !String.valueOf(event.getMessage()).matches("Error: \\w+")) // the state's own word
                    .filter(event -> ran == "Unhealthy".equals(event.getReason()))
                    .max(Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
                    .map(Event::getMessage)
                    .orElse(null);
        } catch (KubernetesClientException e) {
            return null;
        }
    }
}
