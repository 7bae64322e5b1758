package dev.vfaas.provision.firewall;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whom a host lets in. Everything else that is addressed to it is dropped. Pure.
 *
 * @param ssh ports sshd answers on
 * @param nodes addresses of the cluster's other nodes
 * @param open what the person opened besides
 * @param world whether 80 and 443 face the world
 */
public record Rules(SortedSet<Integer> ssh, SortedSet<String> nodes, List<OpenPort> open, boolean world) {
    /** Networks of pods and services; K3s's defaults. */
    static final List<String> CLUSTER = List.of("10.42.0.0/16", "10.43.0.0/16");

    /** Between nodes: etcd, the registry mirror, the API server and the kubelet. */
    private static final String NODE_TCP = "2379-2380, 5001, 6443, 10250";

    /** Between nodes: flannel as VXLAN and as WireGuard. */
    private static final String NODE_UDP = "8472, 51820-51821";

    public Rules {
        ssh = new TreeSet<>(ssh);
        nodes = new TreeSet<>(nodes);
        open = List.copyOf(open);
    }

    /**
     * The file for {@code nft -f}: replaces the table {@code inet vfaas} in one transaction and touches no other. The chain sits before the
     * translation of addresses, so that it sees the port a packet was sent to: node ports and published container ports are closed too.
     */
    String nft() {
        StringBuilder text = new StringBuilder("""
                # Written by vfaas up --firewall; vfaas up HOST --no-firewall and vfaas down take it away.
                table inet vfaas
                delete table inet vfaas
                table inet vfaas {
                  set nodes4 {
                    type ipv4_addr
                    flags interval
                %s  }
                  set nodes6 {
                    type ipv6_addr
                    flags interval
                %s  }
                  chain world {
                    type filter hook prerouting priority -150; policy accept;
                    ct state established,related accept
                    iifname "lo" accept
                    # pods and services, asked for by another machine
                    ip daddr { %s } jump cluster
                    # what the host only passes on
                    fib daddr type unicast accept
                    # pods
                    ip saddr { %s } accept
                    icmp type { destination-unreachable, time-exceeded, parameter-problem, echo-request } accept
                    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept
                    udp sport 67 udp dport 68 accept
                    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
                    # SSH
                    tcp dport { %s } accept
                    # the cluster's other nodes
                """.formatted(
                        elements(false),
                        elements(true),
                        String.join(", ", CLUSTER),
                        String.join(", ", CLUSTER),
                        ssh.stream().map(String::valueOf).collect(Collectors.joining(", "))));
        for (String family : List.of("ip saddr @nodes4", "ip6 saddr @nodes6")) {
            line(text, family + " tcp dport { " + NODE_TCP + " } accept");
            line(text, family + " udp dport { " + NODE_UDP + " } accept");
        }
        if (world) {
            line(text, "# functions");
            line(text, "tcp dport { 80, 443 } accept");
        }
        if (!open.isEmpty()) {
            line(text, "# --allow-port");
        }
        for (OpenPort port : open) {
            String from = port.from().isEmpty() ? "" : (port.six() ? "ip6" : "ip") + " saddr " + port.from() + " ";
            line(text, from + port.protocol() + " dport " + port.port() + " accept");
        }
        return text + """
                    drop
                  }
                  chain cluster {
                    ip saddr { %s } accept
                    ip saddr @nodes4 accept
                    drop
                  }
                }
                """.formatted(String.join(", ", CLUSTER));
    }

    private static void line(StringBuilder text, String rule) {
        text.append("    ").append(rule).append('\n');
    }

    private String elements(boolean six) {
        List<String> addresses =
                nodes.stream().filter(node -> node.contains(":") == six).toList();
        return addresses.isEmpty() ? "" : "    elements = { " + String.join(", ", addresses) + " }\n";
    }

    /** What ufw is told to allow, each as {@code ufw show added} prints it after {@code ufw allow}. */
    List<String> ufw() {
        List<String> rules = new ArrayList<>();
        ssh.forEach(port -> rules.add(port + "/tcp"));
        CLUSTER.forEach(network -> rules.add("from " + network));
        for (String node : nodes) {
            rules.add(
                    "from " + node + " to any port " + NODE_TCP.replace(" ", "").replace('-', ':') + " proto tcp");
            rules.add(
                    "from " + node + " to any port " + NODE_UDP.replace(" ", "").replace('-', ':') + " proto udp");
        }
        if (world) {
            rules.add("80/tcp");
            rules.add("443/tcp");
        }
        for (OpenPort port : open) {
            rules.add(
                    port.from().isEmpty()
                            ? port.port() + "/" + port.protocol()
                            : "from " + port.from() + " to any port " + port.port() + " proto " + port.protocol());
        }
        return rules.stream().distinct().toList();
    }

    /** For people: {@code 22/tcp (SSH), 80/tcp, 443/tcp}. */
    public String summary() {
        List<String> parts = new ArrayList<>();
        ssh.forEach(port -> parts.add(port + "/tcp (SSH)"));
        if (world) {
            parts.add("80/tcp");
            parts.add("443/tcp");
        }
        open.forEach(port -> parts.add(port.toString()));
        if (!nodes.isEmpty()) {
            parts.add("the cluster's ports for " + String.join(", ", nodes));
        }
        return String.join(", ", parts);
    }

    /** The addresses by which another node of the cluster may be seen: not those of pods, and none that only hold on one link. */
    public static SortedSet<String> nodeAddresses(Collection<String> addresses) {
        SortedSet<String> nodes = new TreeSet<>();
        for (String address : addresses) {
            try {
                InetAddress parsed = InetAddress.ofLiteral(address);
                boolean cluster = address.startsWith("10.42.") || address.startsWith("10.43.");
                if (!cluster && !parsed.isLinkLocalAddress() && !parsed.isLoopbackAddress()) {
                    nodes.add(address);
                }
            } catch (IllegalArgumentException e) {
                // A name: the rules know addresses only.
            }
        }
        return nodes;
    }
}
