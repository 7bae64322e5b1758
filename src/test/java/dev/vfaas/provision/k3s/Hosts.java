package dev.vfaas.provision.k3s;

import dev.vfaas.provision.facts.Facts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hosts as facts describe them. */
final class Hosts {
    private Hosts() {}

    static Facts host(int cgroup, @Nullable String iptables, long memoryMiB) {
        return host(cgroup, iptables, memoryMiB, null);
    }

    /** @param installed the version of a K3s that vfaas installed */
    static Facts host(int cgroup, @Nullable String iptables, long memoryMiB, @Nullable String installed) {
        return new Facts(
                new Facts.Os("ubuntu", "20.04", "Ubuntu 20.04", true, false),
                "vds",
                "x86_64",
                "5.4.0",
                cgroup,
                iptables,
                new Facts.Cpu(2, 0),
                new Facts.Memory(memoryMiB << 20, memoryMiB << 20, 0),
                new Facts.Disk(1L << 36, 1L << 35, 1L << 20, "vda", false, false, null),
                new Facts.Clock(Duration.ZERO, true),
                new Facts.Network(List.of("203.0.113.10"), List.of(), Set.of(), List.of()),
                List.of(),
                Map.of(),
                new Facts.Presence(installed, false, false, Set.of(), Set.of("curl"), Map.of()),
                new Facts.Login("root", "root"),
                new Facts.Kept(
                        installed == null ? null : "{\"values\":{\"k3s.version\":\"" + installed + "\"}}", null, null));
    }
}
