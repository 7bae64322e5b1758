package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.GoDuration;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes a function as the Deployment and the Service that run it. */
final class Manifest {
    /** A user without a name on any node, as OpenFaaS uses it. */
    private static final long USER = 12000;

    /**
     * Time a replica goes on to serve after it was told to end: the gateways and nodes must first learn of it. OpenFaaS's watchdogs and our servers
     * read it from {@code healthcheck_interval}.
     */
    private static final String DRAIN = "2s";

    private static final int DRAIN_SECONDS = 2;
    private static final int USUAL_GRACE_SECONDS = 30;

    private final Resourcing resourcing = new Resourcing();

    /**
     * What decides the shape besides the deployment itself.
     *
     * @param image as nodes pull it
     * @param life of the function, see {@link Marks#LIFE}
     * @param revision number of this version
     * @param replicas to start with
     * @param baseline see {@link Marks#BASELINE}
     * @param pullSecrets those of the function's secrets that hold registry logins
     * @param addedPullSecrets others that fit the image
     * @param sleeps whether the cluster knows a pause before a container is told to end (Kubernetes 1.30)
     */
    record Shape(
            String image,
            String life,
            int revision,
            int replicas,
            int baseline,
            List<String> pullSecrets,
            List<String> addedPullSecrets,
            boolean sleeps) {}

    /**
     * The function's Deployment.
     *
     * @throws RuntimeFailure INVALID naming what cannot be written
     */
    Deployment deployment(FunctionKey key, FunctionDeployment asked, Shape shape) {
        Map<String, String> labels = new TreeMap<>(asked.labels());
        refuseOwn("label", labels);
        labels.put(Marks.FUNCTION, key.name());
        Map<String, String> annotations = new TreeMap<>(asked.annotations());
        refuseOwn("annotation", annotations);
        annotations.putIfAbsent(Marks.SCRAPE, "false");

        Map<String, String> podLabels = new TreeMap<>(labels);
        podLabels.put(Marks.REVISION, Integer.toString(shape.revision()));
        podLabels.put(Marks.LIFE, shape.life());

        List<String> added = new ArrayList<>();
        Container container = container(key, asked, shape, added);
        Map<String, String> notes = new TreeMap<>(annotations);
        notes.put(Marks.REVISION, Integer.toString(shape.revision()));
        notes.put(Marks.LIFE, shape.life());
        notes.put(Marks.IMAGE, asked.image());
        notes.put(Marks.BASELINE, Integer.toString(shape.baseline()));
        notes.put(Marks.ADDED_ENV, String.join(",", added));
        notes.put(Marks.ADDED_PULL, String.join(",", shape.addedPullSecrets()));
        resourcing.note(asked, notes);

        return new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace(key.namespace())
                .withName(key.name())
                .withLabels(labels)
                .withAnnotations(notes)
                .endMetadata()
                .withNewSpec()
                .withReplicas(shape.replicas())
                .withRevisionHistoryLimit(3)
                .withProgressDeadlineSeconds(600)
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxUnavailable(new IntOrString(0))
                .withMaxSurge(new IntOrString("25%"))
                .endRollingUpdate()
                .endStrategy()
                .withNewSelector()
                .withMatchLabels(Map.of(Marks.FUNCTION, key.name()))
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(podLabels)
                .withAnnotations(annotations)
                .endMetadata()
                .withSpec(pod(key, asked, shape, container))
                .endTemplate()
                .endSpec()
                .build();
    }

    /** The Service by which others in the cluster reach it; the gateway itself calls pods. It goes when its Deployment goes. */
    Service service(Deployment owner) {
        String name = owner.getMetadata().getName();
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(owner.getMetadata().getNamespace())
                .withName(name)
                .withLabels(Map.of(Marks.FUNCTION, name))
                .withAnnotations(Map.of(Marks.SCRAPE, "false"))
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(name)
                .withUid(owner.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(Map.of(Marks.FUNCTION, name))
                .addNewPort()
                .withName(Marks.PORT_NAME)
                .withProtocol("TCP")
                .withPort(Marks.PORT)
                .withTargetPort(new IntOrString(Marks.PORT))
                .endPort()
                .endSpec()
                .build();
    }

    private PodSpec pod(FunctionKey key, FunctionDeployment asked, Shape shape, Container container) {
        List<Volume> volumes = new ArrayList<>();
        List<String> mounted = asked.secrets().stream()
                .filter(secret -> !shape.pullSecrets().contains(secret))
                .toList();
        if (!mounted.isEmpty()) {
            List<VolumeProjection> sources = mounted.stream()
                    .map(secret -> new VolumeProjectionBuilder()
                            .withNewSecret()
                            .withName(secret)
                            .endSecret()
                            .build())
                    .toList();
            volumes.add(new VolumeBuilder()
                    .withName("secrets")
                    .withNewProjected()
                    .withDefaultMode(0444)
                    .withSources(sources)
                    .endProjected()
                    .build());
        }
        if (asked.readOnlyRootFilesystem()) {
            volumes.add(new VolumeBuilder()
                    .withName("temp")
                    .withNewEmptyDir()
                    .endEmptyDir()
                    .build());
        }
        String account = asked.annotations().get(Marks.SERVICE_ACCOUNT);
        PodSpecBuilder pod = new PodSpecBuilder()
                .withContainers(container)
                .withVolumes(volumes)
                .withNodeSelector(constraints(asked.constraints()))
                .withImagePullSecrets(Stream.concat(shape.pullSecrets().stream(), shape.addedPullSecrets().stream())
                        .map(LocalObjectReference::new)
                        .toList())
                .withEnableServiceLinks(false)
                .withAutomountServiceAccountToken(account != null)
                .withServiceAccountName(account)
                .withTerminationGracePeriodSeconds((long) grace(asked))
                .addNewTopologySpreadConstraint()
                .withMaxSkew(1)
                .withTopologyKey("kubernetes.io/hostname")
                .withWhenUnsatisfiable("ScheduleAnyway")
                .withLabelSelector(new LabelSelectorBuilder()
                        .withMatchLabels(Map.of(Marks.FUNCTION, key.name()))
                        .build())
                .endTopologySpreadConstraint();
        if (restricted(asked)) {
            pod.withNewSecurityContext()
                    .withRunAsNonRoot(true)
                    .withRunAsUser(USER)
                    .withRunAsGroup(USER)
                    .withFsGroup(USER)
                    .withNewSeccompProfile()
                    .withType("RuntimeDefault")
                    .endSeccompProfile()
                    .endSecurityContext();
        }
        return pod.build();
    }

    private Container container(FunctionKey key, FunctionDeployment asked, Shape shape, List<String> added) {
        HealthCheck check = new HealthCheck(asked.annotations());
        List<VolumeMount> mounts = new ArrayList<>();
        if (!shape.pullSecrets().containsAll(asked.secrets())) {
            mounts.add(new VolumeMountBuilder()
                    .withName("secrets")
                    .withMountPath("/var/openfaas/secrets")
                    .withReadOnly(true)
                    .build());
        }
        if (asked.readOnlyRootFilesystem()) {
            mounts.add(new VolumeMountBuilder()
                    .withName("temp")
                    .withMountPath("/tmp")
                    .build());
        }
        ContainerBuilder container = new ContainerBuilder()
                .withName(key.name())
                .withImage(shape.image())
                .withImagePullPolicy(pullPolicy(shape.image()))
                .withEnv(environment(key, asked, added))
                .withVolumeMounts(mounts)
                .withResources(resourcing.requirements(asked))
                .withReadinessProbe(check.readiness())
                .withLivenessProbe(check.liveness())
                .addNewPort()
                .withName(Marks.PORT_NAME)
                .withContainerPort(Marks.PORT)
                .withProtocol("TCP")
                .endPort();
        if (shape.sleeps()) {
            container
                    .withNewLifecycle()
                    .withNewPreStop()
                    .withNewSleep((long) DRAIN_SECONDS)
                    .endPreStop()
                    .endLifecycle();
        }
        var security = container
                .withNewSecurityContext()
                .withReadOnlyRootFilesystem(asked.readOnlyRootFilesystem())
                .withAllowPrivilegeEscalation(false);
        if (restricted(asked)) {
            security.withRunAsNonRoot(true)
                    .withNewCapabilities()
                    .withDrop("ALL")
                    .endCapabilities();
        }
        return security.endSecurityContext().build();
    }

    private static List<EnvVar> environment(FunctionKey key, FunctionDeployment asked, List<String> added) {
        Map<String, String> own = new LinkedHashMap<>();
        if (asked.envProcess() != null && !asked.envProcess().isEmpty()) {
            own.put("fprocess", asked.envProcess());
        }
        own.put("OPENFAAS_NAME", key.name());
        own.put("OPENFAAS_NAMESPACE", key.namespace());
        own.put("healthcheck_interval", DRAIN);
        Map<String, String> all = new TreeMap<>(asked.envVars());
        own.forEach((name, value) -> {
            if (all.putIfAbsent(name, value) == null) {
                added.add(name);
            }
        });
        return all.entrySet().stream()
                .map(entry -> new EnvVarBuilder()
                        .withName(entry.getKey())
                        .withValue(literal(entry.getValue()))
                        .build())
                .toList();
    }

    /** Kubernetes reads {@code $(NAME)} as a variable and {@code $$} as one dollar sign. */
    private static String literal(String value) {
        return value.contains("$$") || value.contains("$(") ? value.replace("$", "$$") : value;
    }

    private static boolean restricted(FunctionDeployment asked) {
        return switch (asked.annotations().getOrDefault(Marks.SECURITY, "restricted")) {
            case "restricted" -> true;
            case "baseline" -> false;
            default ->
                throw invalid("annotation " + Marks.SECURITY + " is \""
                        + asked.annotations().get(Marks.SECURITY) + "\", must be restricted or baseline");
        };
    }

    private static String pullPolicy(String image) {
        if (image.contains("@")) {
            return "IfNotPresent";
        }
        String last = image.substring(image.lastIndexOf('/') + 1);
        return !last.contains(":") || last.endsWith(":latest") ? "Always" : "IfNotPresent";
    }

    private static Map<String, String> constraints(List<String> constraints) {
        Map<String, String> selector = new HashMap<>();
        for (String constraint : constraints) {
            String[] parts = constraint.split("==?", 2);
            if (parts.length < 2 || parts[0].isBlank() || parts[0].endsWith("!")) {
                throw invalid("constraint \"" + constraint + "\" is not of the form label=value, as nodes' labels are");
            }
            selector.put(parts[0].strip(), parts[1].strip());
        }
        return selector;
    }

    /** Time a replica has from being told to end: what a call may take, and the drain. */
    private static int grace(FunctionDeployment asked) {
        String text = asked.envVars().get("write_timeout");
        if (text == null || text.isBlank()) {
            return USUAL_GRACE_SECONDS + DRAIN_SECONDS;
        }
        try {
            return (int) Math.min(24 * 3600, GoDuration.parse(text).toSeconds() + DRAIN_SECONDS);
        } catch (IllegalArgumentException e) {
            throw invalid("environment variable write_timeout: " + e.getMessage());
        }
    }

    private static void refuseOwn(String kind, Map<String, String> given) {
        given.keySet().stream()
                .filter(name -> name.startsWith(Marks.OWN))
                .findFirst()
                .ifPresent(name -> {
                    throw invalid(
                            kind + " " + name + ": names that begin with " + Marks.OWN + " are the gateway's own");
                });
    }

    private static RuntimeFailure invalid(String message) {
        return new RuntimeFailure(RuntimeFailure.Kind.INVALID, message);
    }
}
