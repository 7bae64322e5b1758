package dev.vfaas.provision.k3s;

import dev.vfaas.provision.engine.HostState;
import java.util.List;
import java.util.Optional;

/**
 * What a person asked of K3s on a host.
 *
 * @param host how the person names the host: the name of the kubeconfig's context too
 * @param version what {@code --k3s} said
 * @param names addresses and names the API server's certificate must hold; empty when nobody said so
 * @param ingress whether 80 and 443 shall face the world; without it Traefik and the service load balancer are left out; empty when nothing was
 *     said about it, so that the server keeps what it has
 */
public record K3sOptions(
        String host,
        Role role,
        Optional<K3sVersion> version,
        Origin origin,
        List<String> names,
        Optional<Boolean> ingress) {
    public K3sOptions {
        names = List.copyOf(names);
    }

    /** @param ingress false when nothing was said about it */
    public K3sOptions(
            String host, Role role, Optional<K3sVersion> version, Origin origin, List<String> names, boolean ingress) {
        this(host, role, version, origin, names, ingress ? Optional.of(true) : Optional.empty());
    }

    /** With or without an ingress. */
    public K3sOptions withIngress(boolean wanted) {
        return new K3sOptions(host, role, version, origin, names, Optional.of(wanted));
    }

    /** What nobody said is as the server has it. */
    K3sOptions resolved(HostState state) {
        boolean kept = !state.value("ingress.domain").orElse("").isEmpty();
        return withIngress(ingress.orElse(kept));
    }

    /** Whether 80 and 443 face the world. */
    boolean world() {
        return ingress.orElse(false);
    }
}
