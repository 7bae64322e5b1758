package dev.vfaas.provision.k3s;

import java.util.List;
import java.util.Optional;

/**
 * What a person asked of K3s on a host.
 *
 * @param host how the person names the host: the name of the kubeconfig's context too
 * @param version what {@code --k3s} said
 * @param names addresses and names the API server's certificate must hold; empty when nobody said so
 * @param ingress whether 80 and 443 shall face the world; without it Traefik and the service load balancer are left out
 */
public record K3sOptions(
        String host, Role role, Optional<K3sVersion> version, Origin origin, List<String> names, boolean ingress) {
    public K3sOptions {
        names = List.copyOf(names);
    }
}
