package dev.vfaas.provision.preflight;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.facts.Facts;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Holds a server's facts against what it must offer. Pure: the same facts give the same findings. */
public final class Preflight {
    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Set<String> ARCHITECTURES = Set.of("x86_64", "aarch64");
    private static final double MUCH_STEAL = 10;
    /** What a server that is set up must have left, in bytes: enough to be changed, and to be freed of what fills it. */
    private static final long LEAST_LEFT = 512L << 20;

    private final Demands demands;
    private final SupportedSystems systems = new SupportedSystems();

    public Preflight(Demands demands) {
        this.demands = demands;
    }

    /** All checks, also those that pass, in a stable order. */
    public List<Finding> check(Facts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(system(facts));
        findings.add(architecture(facts));
        findings.add(init(facts));
        findings.add(memory(facts));
        findings.add(cpu(facts));
        findings.add(disk(facts));
        findings.add(clock(facts));
        findings.add(packages(facts));
        if (facts.os().rebootRequired()) {
            findings.add(warn("F-REBOOT", "pending reboot", "an update asks for a reboot", "reboot at a quiet time"));
        }
        if (demands.kubernetes()) {
            findings.add(cgroup(facts));
            findings.add(iptables(facts));
            findings.addAll(new NetworkChecks(demands).check(facts));
            findings.add(others(facts));
            findings.add(modules(facts));
            findings.add(inotify(facts));
        }
        return List.copyOf(findings);
    }

    private Finding system(Facts facts) {
        Facts.Os os = facts.os();
        String name = os.name().isEmpty() ? "an unknown system" : os.name();
        Optional<LocalDate> end = systems.endOf(os);
        if (end.isEmpty()) {
            return block("F-OS", "operating system", name + " is not supported", "use " + systems.names());
        }
        return end.get().isBefore(demands.today())
                ? warn(
                        "F-OS-EOL",
                        "operating system",
                        name + " gets no security updates since " + end.get() + " unless subscribed to",
                        "plan the move to a newer release")
                : pass("F-OS", "operating system", name + ", updates until " + end.get());
    }

    private static Finding architecture(Facts facts) {
        return ARCHITECTURES.contains(facts.architecture())
                ? pass("F-ARCH", "architecture", facts.architecture())
                : block(
                        "F-ARCH",
                        "architecture",
                        facts.architecture() + " is not supported",
                        "use an x86_64 or aarch64 server");
    }

    private static Finding init(Facts facts) {
        return facts.os().systemd()
                ? pass("F-SYSTEMD", "init", "systemd")
                : block("F-SYSTEMD", "init", "systemd is not process 1", "use a server that boots with systemd");
    }

    private Finding memory(Facts facts) {
        long total = facts.memory().total();
        String evidence = size(total) + " of memory, " + size(facts.memory().available()) + " available";
        return total >= demands.memory() / 10 * 9
                ? pass("F-MEMORY", "memory", evidence)
                : block("F-MEMORY", "memory", evidence, "use a server with at least " + size(demands.memory()));
    }

    private Finding cpu(Facts facts) {
        int count = facts.cpu().count();
        String evidence = count + (count == 1 ? " processor" : " processors");
        double steal = facts.cpu().stealPercent();
        if (steal > MUCH_STEAL) {
            return warn(
                    "F-STEAL",
                    "processors",
                    evidence + "; the hypervisor gives " + Math.round(steal) + " % of their time to others",
                    "ask the provider for dedicated processors if functions are slow");
        }
        return demands.kubernetes() && count < 2
                ? warn("F-CPU", "processors", evidence, "two or more are recommended for a K3s server")
                : pass("F-CPU", "processors", evidence);
    }

    private Finding disk(Facts facts) {
        Facts.Disk disk = facts.disk();
        String evidence = size(disk.free()) + " free below /var/lib on " + disk.device();
        boolean setUp = facts.presence().k3s() != null && facts.kept().state() != null;
        long least = setUp ? Math.min(LEAST_LEFT, demands.disk()) : demands.disk();
        if (disk.free() < least) {
            return block("F-DISK", "disk", evidence, "free at least " + size(least) + " there");
        }
        if (disk.free() < demands.disk()) {
            return warn("F-DISK", "disk", evidence, "free " + size(demands.disk()) + " there before pods are ended");
        }
        Duration fsync = disk.fsync();
        if (demands.kubernetes() && fsync != null && fsync.toMillis() > 25) {
            return warn(
                    "F-FSYNC",
                    "disk",
                    evidence + "; a synchronous write takes " + fsync.toMillis() + " ms",
                    "use a disk with writes below 10 ms: the cluster's database waits for each of them");
        }
        return pass(
                "F-DISK",
                "disk",
                evidence + (fsync == null ? "" : String.format(Locale.ROOT, ", fsync %.1f ms", fsync.toNanos() / 1e6)));
    }

    private static Finding clock(Facts facts) {
        Duration skew = facts.clock().skew().abs();
        String evidence = String.format(
                Locale.ROOT,
                "%.1f s %s this machine's",
                skew.toMillis() / 1000.0,
                facts.clock().skew().isNegative() ? "behind" : "ahead of");
        return skew.compareTo(SKEW) <= 0
                ? pass("F-CLOCK", "clock", evidence)
                : warn("F-CLOCK", "clock", evidence, "turn on time synchronisation: timedatectl set-ntp true");
    }

    private static Finding packages(Facts facts) {
        return facts.packageWork().isEmpty()
                ? pass("F-PACKAGES", "package tools", "quiet")
                : warn(
                        "F-PACKAGES",
                        "package tools",
                        String.join("; ", facts.packageWork()),
                        "nothing to do: vfaas installs no packages and does not wait for them");
    }

    private static Finding cgroup(Facts facts) {
        return switch (facts.cgroup()) {
            case 2 -> pass("F-CGROUP", "control groups", "version 2");
            case 1 ->
                warn(
                        "F-CGROUP1",
                        "control groups",
                        "version 1: Kubernetes 1.35 and later do not start on it",
                        "nothing to do now: vfaas picks a K3s that runs here; version 2 comes with Ubuntu 22.04");
            default ->
                block("F-CGROUP", "control groups", "none are mounted at /sys/fs/cgroup", "boot with control groups");
        };
    }

    private static Finding iptables(Facts facts) {
        String version = facts.iptables();
        if (version == null) {
            return pass("F-IPTABLES", "iptables", "none on the host; K3s brings its own");
        }
        return faultyIptables(version)
                ? warn(
                        "F-IPTABLES",
                        "iptables",
                        version + " has a fault that breaks K3s's rules (1.8.0 to 1.8.4)",
                        "nothing to do: K3s is told to use the one it brings")
                : pass("F-IPTABLES", "iptables", version);
    }

    /** Whether K3s must be told to use its own iptables ({@code prefer-bundled-bin}): versions 1.8.0 to 1.8.4 are faulty. */
    public static boolean faultyIptables(String version) {
        return version.matches("1\\.8\\.[0-4]");
    }

    private static Finding others(Facts facts) {
        // A first run that was cut off has left a journal only.
        boolean ours = facts.kept().state() != null || facts.kept().journal() != null;
        if (facts.presence().kubelet() && facts.presence().k3s() == null) {
            return block(
                    "F-KUBELET",
                    "other software",
                    "another Kubernetes's kubelet is there",
                    "use a server without Kubernetes, or remove it first");
        }
        if (facts.presence().k3s() != null && !ours) {
            return block(
                    "F-K3S",
                    "other software",
                    "K3s " + facts.presence().k3s() + " is there and was not set up by vfaas",
                    "use another server, or take that K3s away first: k3s-uninstall.sh");
        }
        return facts.presence().docker()
                ? warn(
                        "F-DOCKER",
                        "other software",
                        "Docker runs here and has its own packet filter rules",
                        "nothing to do; containers of both can run side by side")
                : pass("F-OTHERS", "other software", "nothing in the way");
    }

    private static Finding modules(Facts facts) {
        List<String> missing = List.of("br_netfilter", "overlay", "vxlan").stream()
                .filter(module -> !facts.presence().modules().contains(module))
                .toList();
        return missing.isEmpty()
                ? pass("F-MODULES", "kernel modules", "br_netfilter, overlay, vxlan")
                : warn(
                        "F-MODULES",
                        "kernel modules",
                        "not found: " + String.join(", ", missing),
                        "install the modules of kernel " + facts.kernel() + " if pods cannot reach each other");
    }

    private static Finding inotify(Facts facts) {
        String instances = facts.presence().sysctls().getOrDefault("fs.inotify.max_user_instances", "");
        boolean few = instances.matches("\\d{1,3}") && Integer.parseInt(instances) < 512;
        return few
                ? pass("F-INOTIFY", "inotify", instances + " instances; raised to 1024 by host preparation")
                : pass("F-INOTIFY", "inotify", instances.isEmpty() ? "limit not known" : instances + " instances");
    }

    /** Bytes as people read them. */
    static String size(long bytes) {
        double gib = bytes / (double) (1L << 30);
        return gib >= 1
                ? String.format(Locale.ROOT, "%.1f GiB", gib)
                : String.format(Locale.ROOT, "%d MiB", bytes >> 20);
    }
}
