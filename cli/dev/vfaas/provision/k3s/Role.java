package dev.vfaas.provision.k3s;

import dev.vfaas.openfaas.Secret;

/** What a host is in its cluster. */
public sealed interface Role {
    /** The first server of a new cluster. */
    record First() implements Role {}

    /** One more server of a cluster, or a host that only runs pods. */
    sealed interface Joining extends Role permits Server, Agent {
        /** {@code https://ADDRESS:6443} of a server of the cluster. */
        String url();

        /** The cluster's join token. */
        Secret token();

        /** Whether the name of the host is taken in the cluster, so that it needs a suffix. */
        boolean sameName();
    }

    /** One more server; the cluster's datastore must be etcd. */
    record Server(String url, Secret token, boolean sameName) implements Joining {}

    /** A host that only runs pods. */
    record Agent(String url, Secret token, boolean sameName) implements Joining {}

    /** Whether the control plane runs there. */
    default boolean server() {
        return !(this instanceof Agent);
    }

    /** The systemd unit K3s's installer makes. */
    default String unit() {
        return server() ? "k3s.service" : "k3s-agent.service";
    }
}
