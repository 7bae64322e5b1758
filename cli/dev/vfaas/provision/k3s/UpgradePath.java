package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.k3s.Cluster.Node;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * To which version a cluster may go from where it is: never back, and one minor version of Kubernetes at a time, as Kubernetes's version skew policy
 * demands of the control plane. Pure.
 */
public final class UpgradePath {
    private final List<Node> nodes;
    private final Catalogue catalogue;

    /** @param nodes all of the cluster */
    public UpgradePath(List<Node> nodes, Catalogue catalogue) {
        this.nodes = List.copyOf(nodes);
        this.catalogue = catalogue;
    }

    /**
     * The version to go to: {@code asked}, else the newest known one that is at most one minor version away and that a kubelet on control groups of
     * that version starts with. It may be the one that runs. A usage failure when {@code asked} must not be gone to.
     */
    public K3sVersion target(Optional<K3sVersion> asked, int cgroup) {
        if (nodes.isEmpty()) {
            throw Failure.of(ExitCode.NOT_AS_ASKED, "the cluster has no nodes").next("vfaas doctor HOST");
        }
        K3sVersion oldest = nodes.stream()
                .map(UpgradePath::version)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        K3sVersion newest = nodes.stream()
                .map(UpgradePath::version)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        if (asked.isEmpty()) {
            return catalogue.releases().stream()
                    .filter(release -> release.cgroup() <= cgroup)
                    .map(Release::version)
                    .filter(version -> reachable(oldest, version) && version.compareTo(newest) >= 0)
                    .max(Comparator.naturalOrder())
                    .orElseGet(() -> stays(oldest, newest));
        }
        K3sVersion wanted = asked.get();
        if (wanted.compareTo(newest) < 0) {
            throw Failure.usage("the cluster runs K3s " + newest + "; Kubernetes cannot go back to " + wanted)
                    .next("to go back, restore a backup of that version on a fresh server: vfaas restore HOST FILE");
        }
        if (!reachable(oldest, wanted)) {
            String step = catalogue
                    .newest(oldest.major(), oldest.minor() + 1)
                    .map(release -> release.version().toString())
                    .orElse("v" + oldest.major() + "." + (oldest.minor() + 1) + ".PATCH+k3s1");
            throw Failure.usage("from K3s " + oldest + " to " + wanted
                            + " a minor version would be skipped, which Kubernetes does not support")
                    .next("vfaas upgrade HOST --k3s " + step + ", and then on from there");
        }
        return wanted;
    }

    /** Where no known release is within reach: the version that runs, unless all known ones are further on. */
    private K3sVersion stays(K3sVersion oldest, K3sVersion newest) {
        boolean behind = catalogue.releases().stream()
                .allMatch(release -> release.version().compareTo(newest) > 0);
        if (behind) {
            throw Failure.usage("K3s " + newest + " is more than one minor version behind all that this vfaas knows ("
                            + catalogue.versions() + ")")
                    .next("go one minor version at a time: vfaas upgrade HOST --k3s v" + oldest.major() + "."
                            + (oldest.minor() + 1) + ".PATCH+k3s1");
        }
        return newest;
    }

    /** The nodes that do not run {@code target}: servers first, {@code first} before the others. */
    public List<Node> pending(K3sVersion target, Optional<Node> first) {
        return nodes.stream()
                .filter(node -> !version(node).equals(target) || node.held())
                .sorted(Comparator.comparing((Node node) -> !node.role().equals("server"))
                        .thenComparing(node -> !first.map(node::equals).orElse(false))
                        .thenComparing(Node::name))
                .toList();
    }

    private static boolean reachable(K3sVersion from, K3sVersion to) {
        return to.major() == from.major() && to.minor() <= from.minor() + 1;
    }

    private static K3sVersion version(Node node) {
        if (!node.version().contains("+k3s")) {
            throw Failure.usage("node " + node.name() + " runs " + node.version() + ", which is no K3s");
        }
        return K3sVersion.parse(node.version());
    }
}
