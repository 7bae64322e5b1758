package dev.vfaas.provision.facts;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a server before anything on it is changed. Made from the output of {@link FactsScript}; holds no secret.
 *
 * @param architecture as {@code uname -m} says it, for example {@code x86_64}
 * @param kernel as {@code uname -r} says it
 * @param cgroup version of the control groups: 1 or 2; 0 when there are none
 * @param iptables version of the host's iptables, for example {@code 1.8.4}; null when it has none
 * @param packageWork what holds the package database or still sets the machine up, for example {@code cloud-init}; empty when it is quiet
 * @param reach outbound reach by host name; hosts that were not asked are absent
 * @param presence what runs or is installed
 * @param kept what an earlier vfaas keeps on the host
 */
public record Facts(
        Os os,
        String hostname,
        String architecture,
        String kernel,
        int cgroup,
        @Nullable String iptables,
        Cpu cpu,
        Memory memory,
        Disk disk,
        Clock clock,
        Network network,
        List<String> packageWork,
        Map<String, Reach> reach,
        Presence presence,
        Login login,
        Kept kept) {

    /**
     * The operating system as os-release(5) describes it.
     *
     * @param id for example {@code ubuntu}
     * @param version {@code VERSION_ID}, for example {@code 20.04}; empty when it has none
     * @param name for people
     * @param systemd whether systemd is process 1
     * @param rebootRequired whether the package tools ask for a reboot
     */
    public record Os(String id, String version, String name, boolean systemd, boolean rebootRequired) {}

    /**
     * @param count processors
     * @param stealPercent time the hypervisor gave to others in a short sample, 0 to 100
     */
    public record Cpu(int count, double stealPercent) {}

    /** All in bytes. */
    public record Memory(long total, long available, long swap) {}

    /**
     * The file system below /var/lib.
     *
     * @param free bytes
     * @param rotational whether it turns; null when that is not known
     * @param nvme whether it is an NVMe device
     * @param fsync the time one small synchronous write takes; null when it could not be measured
     */
    public record Disk(
            long total,
            long free,
            long freeInodes,
            String device,
            @Nullable Boolean rotational,
            boolean nvme,
            @Nullable Duration fsync) {}

    /** @param skew how far the server's clock is ahead of this machine's; negative when behind */
    public record Clock(Duration skew, boolean synchronised) {}

    /**
     * @param addresses the server's own addresses without loopback
     * @param listeners by port: who listens, on which address
     * @param firewalls active ones: {@code ufw}, {@code firewalld}, {@code nft}
     * @param routes destinations of the routing table in CIDR notation
     */
    public record Network(List<String> addresses, List<Listener> listeners, Set<String> firewalls, List<Route> routes) {
        /** True when some process listens on {@code port} and {@code protocol} ({@code tcp}, {@code udp}). */
        public List<Listener> on(String protocol, int port) {
            return listeners.stream()
                    .filter(listener ->
                            listener.port() == port && listener.protocol().equals(protocol))
                    .toList();
        }
    }

    /** @param process the program's name; empty when it is not known */
    public record Listener(String protocol, String address, int port, String process) {}

    /** @param destination CIDR; @param device the interface it leads to */
    public record Route(String destination, String device) {}

    /**
     * @param reachable whether a TCP connection came to be
     * @param detail the time it took or why it failed
     */
    public record Reach(boolean reachable, String detail) {}

    /**
     * @param k3s the version of an installed K3s, null when there is none
     * @param docker whether a Docker daemon runs
     * @param kubelet whether another Kubernetes's kubelet runs or is installed
     * @param modules kernel modules of those vfaas needs that are loaded or can be loaded
     * @param tools programs of those vfaas may use that are on the PATH
     * @param sysctls kernel settings by name, for example {@code net.ipv4.ip_forward}
     */
    public record Presence(
            @Nullable String k3s,
            boolean docker,
            boolean kubelet,
            Set<String> modules,
            Set<String> tools,
            Map<String, String> sysctls) {}

    /**
     * @param user who is logged in
     * @param root how commands run as root: {@code root}, {@code sudo}, {@code sudo-password}
     */
    public record Login(String user, String root) {}

    /**
     * The texts of the files under /var/lib/vfaas; null where there is none.
     *
     * @param state state.json
     * @param journal journal.json: present when a run was cut off
     * @param lock the lock's content
     */
    public record Kept(
            @Nullable String state,
            @Nullable String journal,
            @Nullable String lock) {}
}
