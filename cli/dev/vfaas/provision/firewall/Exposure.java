package dev.vfaas.provision.firewall;

import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.StateText;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.firewall.FirewallWish.Kept;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.SshTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What of a host other machines can reach. */
public final class Exposure {
    private static final String ID = "V-OPEN";
    private static final String TITLE = "open to the world";
    /** The API server, the kubelet, etcd, and the gateway's port in OpenFaaS's own defaults. */
    private static final List<Integer> SECRET = List.of(6443, 10250, 2379, 31112);

    private static final int KNOCK = 1500;

    private Exposure() {}

    /** What listens on other addresses than loopback, and what K3s will add; {@code 22/tcp, 6443/tcp}. */
    static List<String> listening(Facts facts, boolean k3s) {
        SortedSet<Integer> tcp = new TreeSet<>();
        SortedSet<Integer> udp = new TreeSet<>();
        for (Facts.Listener listener : facts.network().listeners()) {
            boolean local =
                    listener.address().startsWith("127.") || listener.address().equals("::1");
            if (!local && listener.protocol().equals("tcp")) {
                tcp.add(listener.port());
            }
        }
        if (k3s) {
            tcp.addAll(List.of(6443, 10250));
            udp.add(8472);
        }
        List<String> ports = new ArrayList<>();
        tcp.forEach(port -> ports.add(port + "/tcp"));
        udp.forEach(port -> ports.add(port + "/udp"));
        return ports;
    }

    /**
     * Before a run: what will be open when it is done. K3s's API server must listen on the node's own address, since pods reach it there; only a
     * packet filter can tell them from the world.
     */
    public static Finding planned(String host, Facts facts, FirewallWish wish, boolean k3s) {
        HostState state = new StateText().state(facts.kept().state());
        if (wish.wanted(state)) {
            return pass(ID, TITLE, "what the firewall of vfaas lets in");
        }
        if (!facts.network().firewalls().isEmpty()) {
            return pass(ID, TITLE, "what " + String.join(", ", facts.network().firewalls()) + " lets in");
        }
        return warn(
                ID,
                TITLE,
                String.join(", ", listening(facts, k3s))
                        + " listen on all addresses, no firewall on the server closes them",
                "vfaas up " + host + " --firewall, or close all but SSH in the provider's firewall");
    }

    /** The server's own addresses, and those by which this machine reaches it: behind a translation of addresses they differ. */
    public static List<String> addresses(String host, Facts facts) {
        List<String> addresses = new ArrayList<>(facts.network().addresses());
        try {
            for (InetAddress address :
                    InetAddress.getAllByName(SshTarget.parse(host).host())) {
                if (addresses.stream().noneMatch(own -> same(own, address))) {
                    addresses.add(address.getHostAddress());
                }
            }
        } catch (UnknownHostException e) {
            // A Host of ~/.ssh/config.
        }
        return addresses;
    }

    private static boolean same(String own, InetAddress address) {
        try {
            return InetAddress.ofLiteral(own).equals(address);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Now: which of the ports that nobody outside needs answer this machine. */
    public static Finding measured(String host, Facts facts) {
        List<String> answered = new ArrayList<>();
        SortedSet<String> addresses = Rules.nodeAddresses(addresses(host, facts));
        List<Thread> knocks = new ArrayList<>();
        for (String address : addresses) {
            for (int port : SECRET) {
                knocks.add(Thread.ofVirtual().start(() -> {
                    if (answers(address, port)) {
                        synchronized (answered) {
                            answered.add(port + "/tcp of " + address);
                        }
                    }
                }));
            }
        }
        for (Thread knock : knocks) {
            try {
                knock.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        answered.sort(null);
        return answered.isEmpty()
                ? pass(ID, TITLE, SECRET + " do not answer this machine at " + String.join(", ", addresses))
                : warn(
                        ID,
                        TITLE,
                        String.join(", ", answered) + " answer this machine",
                        "vfaas up " + host + " --firewall, or close all but SSH in the provider's firewall");
    }

    private static boolean answers(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), KNOCK);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the rules are loaded as they were confirmed, and will be after a boot. One round trip. */
    public static Finding firewall(String host, Server server, Facts facts) {
        Kept kept = Kept.of(new StateText().state(facts.kept().state()));
        if (!kept.on()) {
            return facts.network().firewalls().isEmpty()
                    ? pass("V-FIREWALL", "firewall of vfaas", "none was asked for")
                    : pass(
                            "V-FIREWALL",
                            "firewall of vfaas",
                            "none; " + facts.network().firewalls() + " is there");
        }
        Completed said = server.runAsRoot(
                Command.script(
                        Look.SCRIPT + "\nsystemctl is-enabled " + NftTable.UNIT + " 2>/dev/null | sed 's/^/unit /'"),
                Duration.ofSeconds(30));
        Look look = Look.of(new Observed.Answer(said.exitCode(), said.out()));
        String fix = "vfaas up " + host;
        if (kept.by().equals("ufw")) {
            List<String> gone =
                    FirewallWish.KEEP.rules(new StateText().state(facts.kept().state()), look.ssh()).ufw().stream()
                            .filter(rule -> !look.ours().contains(rule) && !look.allowedByOthers(rule))
                            .toList();
            return !look.ufw()
                    ? warn("V-FIREWALL", "firewall of vfaas", "ufw was turned off: everything is let in", fix)
                    : gone.isEmpty()
                            ? pass("V-FIREWALL", "firewall of vfaas", "ufw has its rules")
                            : warn("V-FIREWALL", "firewall of vfaas", "ufw lacks: " + String.join("; ", gone), fix);
        }
        if (look.live().isEmpty()) {
            return warn("V-FIREWALL", "firewall of vfaas", "its rules are not loaded: everything is let in", fix);
        }
        if (!look.live().equals(kept.live())) {
            return warn("V-FIREWALL", "firewall of vfaas", "its rules are not those that were confirmed", fix);
        }
        return said.out().contains("unit enabled")
                ? pass("V-FIREWALL", "firewall of vfaas", "nftables, loaded as confirmed")
                : warn("V-FIREWALL", "firewall of vfaas", "its rules would be gone after a boot", fix);
    }
}
