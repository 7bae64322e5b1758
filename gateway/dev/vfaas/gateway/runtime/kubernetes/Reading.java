package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.openfaas.FunctionDeployment;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a function back from its Deployment: one {@link Manifest} wrote, one that OpenFaaS wrote, or one that a person has edited since. */
final class Reading {
    private final Resourcing resourcing = new Resourcing();

    /** What the Deployment asks for, in OpenFaaS's terms. */
    FunctionDeployment asked(Deployment deployment) {
        Map<String, String> notes = notes(deployment);
        PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        Container container = pod.getContainers().getFirst();
        Set<String> added = split(notes.get(Marks.ADDED_ENV));
        Map<String, String> environment = new HashMap<>();
        String process = null;
        for (EnvVar variable : orEmpty(container.getEnv())) {
            String value = Objects.requireNonNullElse(variable.getValue(), "").replace("$$", "$");
            if (variable.getName().equals("fprocess") && (added.isEmpty() || added.contains("fprocess"))) {
                process = value;
            } else if (!added.contains(variable.getName())) {
                environment.put(variable.getName(), value);
            }
        }
        Map<String, String> labels = new HashMap<>(
                orEmpty(deployment.getSpec().getTemplate().getMetadata().getLabels()));
        labels.keySet().removeIf(name -> name.startsWith(Marks.OWN) || name.equals(Marks.FUNCTION));
        Map<String, String> annotations = new HashMap<>(
                orEmpty(deployment.getSpec().getTemplate().getMetadata().getAnnotations()));
        annotations.keySet().removeIf(name -> name.startsWith(Marks.OWN) || name.startsWith("kubectl.kubernetes.io/"));
        annotations.remove(Marks.SCRAPE, "false");
        List<String> constraints = orEmpty(pod.getNodeSelector()).entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .sorted()
                .toList();
        return new FunctionDeployment(
                deployment.getMetadata().getName(),
                notes.getOrDefault(Marks.IMAGE, container.getImage()),
                deployment.getMetadata().getNamespace(),
                process,
                environment,
                constraints,
                secrets(pod, split(notes.get(Marks.ADDED_PULL))),
                labels,
                annotations,
                resourcing.limits(deployment, container.getResources()),
                resourcing.requests(deployment, container.getResources()),
                container.getSecurityContext() != null
                        && Boolean.TRUE.equals(container.getSecurityContext().getReadOnlyRootFilesystem()));
    }

    private static List<String> secrets(PodSpec pod, Set<String> added) {
        List<String> secrets = new ArrayList<>();
        for (Volume volume : orEmpty(pod.getVolumes())) {
            if (volume.getProjected() != null) {
                for (VolumeProjection source : orEmpty(volume.getProjected().getSources())) {
                    if (source.getSecret() != null) {
                        secrets.add(source.getSecret().getName());
                    }
                }
            }
        }
        for (LocalObjectReference pull : orEmpty(pod.getImagePullSecrets())) {
            if (!added.contains(pull.getName())) {
                secrets.add(pull.getName());
            }
        }
        return secrets;
    }

    static FunctionKey key(Deployment deployment) {
        return new FunctionKey(
                deployment.getMetadata().getNamespace(),
                deployment.getMetadata().getName());
    }

    /** The image as nodes pull it. */
    static String image(Deployment deployment) {
        return deployment
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }

    static int wanted(Deployment deployment) {
        Integer replicas = deployment.getSpec().getReplicas();
        return replicas == null ? 1 : replicas;
    }

    /** The revision its pods have; empty when the gateway did not write it. */
    static String revision(Deployment deployment) {
        return orEmpty(deployment.getSpec().getTemplate().getMetadata().getLabels())
                .getOrDefault(Marks.REVISION, "");
    }

    /** See {@link Marks#LIFE}; empty when the gateway did not write it. */
    static String life(Deployment deployment) {
        return notes(deployment).getOrDefault(Marks.LIFE, "");
    }

    static int baseline(Deployment deployment, int otherwise) {
        String text = notes(deployment).get(Marks.BASELINE);
        return text != null && text.matches("\\d{1,5}") ? Integer.parseInt(text) : otherwise;
    }

    static long generation(Deployment deployment) {
        Long generation = deployment.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    static Map<String, String> notes(Deployment deployment) {
        return orEmpty(deployment.getMetadata().getAnnotations());
    }

    private static Set<String> split(@Nullable String names) {
        return names == null || names.isEmpty() ? Set.of() : Set.of(names.split(","));
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
