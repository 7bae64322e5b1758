package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.gateway.ClusterImage;
import dev.vfaas.provision.k3s.Cluster;
import dev.vfaas.provision.k3s.Cluster.Node;
import dev.vfaas.ssh.Server;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The image of a cluster's gateway for one more of its nodes. A node without it works, but neither the gateway nor a first try can run there. */
final class NodeImage {
    private final Session session;
    private final Cluster cluster;
    private final Optional<ClusterImage> image;
    private @Nullable Failure missing;

    /** @param server one of the cluster's, which has the image */
    NodeImage(Session session, Server server) {
        this.session = session;
        this.cluster = new Cluster(server);
        this.image = ClusterImage.of(server);
    }

    /** Whether the cluster has a gateway of vfaas's. */
    boolean present() {
        return image.isPresent();
    }

    /** What brings it to a host; nothing when the cluster has no gateway, or when there is no image for the host: {@link #mark} then says so. */
    List<Step> steps(Facts facts) {
        if (image.isEmpty()) {
            return List.of();
        }
        try {
            Step step =
                    image.get().step(facts.architecture(), new GatewayImages(session)::forMachine, session.version());
            missing = null;
            return List.of(step);
        } catch (Failure failure) {
            missing = failure;
            return List.of();
        }
    }

    /** Tells the cluster that a node has it, or the person why it has not. */
    void mark(Node node) {
        if (image.isEmpty()) {
            return;
        }
        Failure failure = missing;
        if (failure == null) {
            cluster.label(node.name(), ClusterImage.LABEL, image.get().tag());
        } else {
            session.console()
                    .warn(node.name() + " does not get the gateway's image, so the gateway cannot run there: "
                            + failure.text() + (failure.next() == null ? "" : "; " + failure.next()));
        }
    }
}
