package dev.vfaas.provision.k3s;

import java.util.Map;
import java.util.Optional;

/**
 * A release of K3s that can be installed.
 *
 * @param cgroup oldest version of control groups its kubelet starts on
 * @param sums known SHA-256 by file name; the release's own list is held against them
 */
public record Release(K3sVersion version, int cgroup, Map<String, String> sums) {
    public Release {
        sums = Map.copyOf(sums);
    }

    /** The pinned sum of a file, if there is one. */
    Optional<String> sum(String file) {
        return Optional.ofNullable(sums.get(file));
    }
}
