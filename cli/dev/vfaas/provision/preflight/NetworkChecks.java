package dev.vfaas.provision.preflight;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.Facts.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The checks about ports, networks, firewalls and what must be reachable. */
final class NetworkChecks {
    /** Programs of K3s itself, which hold its ports on a server that is already set up. */
    private static final Set<String> OURS = Set.of("k3s", "k3s-server", "k3s-agent", "kube-apiserver", "kubelet");

    private final Demands demands;

    NetworkChecks(Demands demands) {
        this.demands = demands;
    }

    List<Finding> check(Facts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(ports(facts));
        findings.add(routes(facts));
        findings.add(firewall(facts));
        findings.add(reach(facts));
        return findings;
    }

    private Finding ports(Facts facts) {
        if (facts.presence().k3s() != null) {
            return pass("F-PORTS", "ports", "held by the K3s that is there");
        }
        List<String> taken = new ArrayList<>();
        demands.tcpPorts().forEach(port -> taken(facts, "tcp", port, taken));
        demands.udpPorts().forEach(port -> taken(facts, "udp", port, taken));
        return taken.isEmpty()
                ? pass("F-PORTS", "ports", demands.tcpPorts() + "/tcp and " + demands.udpPorts() + "/udp are free")
                : block("F-PORTS", "ports", String.join("; ", taken), "stop what listens there");
    }

    private static void taken(Facts facts, String protocol, int port, List<String> taken) {
        for (Listener listener : facts.network().on(protocol, port)) {
            if (!OURS.contains(listener.process())) {
                String who = listener.process().isEmpty() ? "another program" : listener.process();
                taken.add(port + "/" + protocol + " is taken by " + who);
                return;
            }
        }
    }

    private Finding routes(Facts facts) {
        List<String> overlaps = new ArrayList<>();
        // The nodes of a cluster may reach each other's pods over the network card itself.
        boolean node = facts.presence().k3s() != null
                && (facts.kept().state() != null || facts.kept().journal() != null);
        for (Facts.Route route : facts.network().routes()) {
            boolean ours = node && route.destination().matches("10\\.42\\.\\d+\\.0/24")
                    || route.device().startsWith("cni")
                    || route.device().startsWith("flannel")
                    || route.device().startsWith("veth");
            for (String network : demands.networks()) {
                boolean overlap = !ours
                        && Cidr.parse(route.destination())
                                .flatMap(there -> Cidr.parse(network).map(there::overlaps))
                                .orElse(false);
                if (overlap) {
                    overlaps.add(
                            "the route to " + route.destination() + " (" + route.device() + ") overlaps " + network);
                }
            }
        }
        return overlaps.isEmpty()
                ? pass("F-ROUTES", "networks", String.join(" and ", demands.networks()) + " are free")
                : block(
                        "F-ROUTES",
                        "networks",
                        String.join("; ", overlaps),
                        "move that network or VPN: pods and services use these addresses");
    }

    private static Finding firewall(Facts facts) {
        Set<String> active = facts.network().firewalls();
        return active.isEmpty()
                ? pass("F-FIREWALL", "firewall", "none is active")
                : warn(
                        "F-FIREWALL",
                        "firewall",
                        String.join(", ", active) + " is active and may cut pods off",
                        "allow from 10.42.0.0/16 and 10.43.0.0/16, for example: ufw allow from 10.42.0.0/16");
    }

    private Finding reach(Facts facts) {
        List<String> cut = new ArrayList<>();
        for (Map.Entry<String, Facts.Reach> target : facts.reach().entrySet()) {
            if (!target.getValue().reachable()) {
                cut.add(target.getKey() + " (" + target.getValue().detail() + ")");
            }
        }
        if (facts.reach().isEmpty()) {
            return pass("F-REACH", "outbound reach", "nothing has to be fetched by the server");
        }
        return cut.isEmpty()
                ? pass(
                        "F-REACH",
                        "outbound reach",
                        String.join(", ", facts.reach().keySet()))
                : warn(
                        "F-REACH",
                        "outbound reach",
                        "not reachable from the server: " + String.join(", ", cut),
                        "open the way out; K3s alone can also come by --mirror URL or --airgap DIR");
    }
}
