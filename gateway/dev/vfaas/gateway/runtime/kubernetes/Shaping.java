package dev.vfaas.gateway.runtime.kubernetes;

import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.ScalingRules;
import dev.vfaas.openfaas.FunctionDeployment;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what a function's {@link Manifest} needs besides what was asked: its image, its pull secrets, its numbers. */
final class Shaping {
    private static final int SLEEPS_SINCE = 30;

    private final Cluster cluster;
    private final KubernetesSecrets secrets;
    private final NodeImages images;
    private final PullSecrets pullSecrets = new PullSecrets();
    private volatile @Nullable Boolean sleeps;

    Shaping(Cluster cluster, KubernetesSecrets secrets, NodeImages images) {
        this.cluster = cluster;
        this.secrets = secrets;
        this.images = images;
    }

    /** The shape of a function's first version, or of one with given numbers. */
    Manifest.Shape shape(
            FunctionKey key, FunctionDeployment asked, String life, int revision, int replicas, int baseline) {
        String stored = images.ofStore(asked.image());
        List<Secret> known = secrets.all(key.namespace());
        for (String name : asked.secrets()) {
            if (known.stream()
                    .noneMatch(secret -> secret.getMetadata().getName().equals(name))) {
                throw new RuntimeFailure(
                        RuntimeFailure.Kind.INVALID, "unable to fetch secrets: secrets \"" + name + "\" not found");
            }
        }
        List<String> named = known.stream()
                .filter(PullSecrets::isPullSecret)
                .map(secret -> secret.getMetadata().getName())
                .filter(asked.secrets()::contains)
                .toList();
        List<String> added = stored != null
                ? List.of()
                : pullSecrets.fitting(asked.image(), known).stream()
                        .filter(name -> !asked.secrets().contains(name))
                        .toList();
        return new Manifest.Shape(
                stored == null ? asked.image() : stored, life, revision, replicas, baseline, named, added, sleeps());
    }

    /** The shape of the next version: zero stays zero, a baseline that was the old minimum becomes the new one. */
    Manifest.Shape after(FunctionKey key, FunctionDeployment asked, Deployment before, FunctionDeployment old) {
        ScalingRules rules = ScalingRules.of(asked.labels());
        int wanted = Reading.wanted(before);
        int oldLeast = ScalingRules.orUsual(old.labels()).least();
        int oldBaseline = Reading.baseline(before, oldLeast);
        int baseline = oldBaseline == oldLeast ? rules.least() : rules.clamp(oldBaseline);
        int replicas = wanted == 0 ? 0 : wanted == oldBaseline ? baseline : rules.clamp(wanted);
        String revision = Reading.revision(before);
        int next = revision.matches("\\d{1,8}") ? Integer.parseInt(revision) + 1 : 1;
        return shape(key, asked, Reading.life(before), next, replicas, baseline);
    }

    private boolean sleeps() {
        Boolean known = sleeps;
        if (known == null) {
            try {
                VersionInfo version = cluster.client().getKubernetesVersion();
                String minor = version == null
                        ? ""
                        : String.valueOf(version.getMinor()).replaceAll("\\D", "");
                known = !minor.isEmpty() && Integer.parseInt(minor) >= SLEEPS_SINCE;
            } catch (KubernetesClientException e) {
                throw cluster.failure("ask for the cluster's version", e);
            }
            sleeps = known;
        }
        return known;
    }
}
