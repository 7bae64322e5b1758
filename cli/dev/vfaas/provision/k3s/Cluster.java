package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A K3s cluster as one of its servers sees it. */
public final class Cluster {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration DRAIN = Duration.ofMinutes(4);
    private static final String TOKEN = "/var/lib/rancher/k3s/server/node-token";
    private static final String NODES =
            "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name}|"
                    + "{.status.addresses[?(@.type==\"InternalIP\")].address}|{.status.conditions[?(@.type==\"Ready\")].status}|{.spec.unschedulable}|"
                    + "{.status.nodeInfo.kubeletVersion}|{.metadata.annotations.vfaas\\.dev/held}|{.metadata.labels}{\"\\n\"}{end}'";

    private final Server server;

    /** @param server one of the cluster's servers */
    public Cluster(Server server) {
        this.server = server;
    }

    /**
     * A node.
     *
     * @param addresses its internal ones, separated by blanks
     * @param role {@code server} or {@code agent}
     * @param schedulable whether it takes new pods
     * @param held whether an upgrade took its pods away and has not let new ones in yet
     */
    public record Node(
            String name,
            String addresses,
            boolean ready,
            boolean schedulable,
            String version,
            String role,
            boolean held) {
        /** For JSON: {name, role, ready, schedulable, version, addresses}. */
        public Map<String, Object> data() {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("name", name);
            data.put("role", role);
            data.put("ready", ready);
            data.put("schedulable", schedulable);
            data.put("version", version);
            data.put("addresses", List.of(addresses.split(" ")));
            return data;
        }

        /** For tables. */
        public String status() {
            return (ready ? "ready" : "not ready")
                    + (held ? ", held by an upgrade" : schedulable ? "" : ", takes no pods");
        }

        /** Whether it is the node of a host with one of these addresses. */
        public boolean at(Collection<String> others) {
            return List.of(addresses.split(" ")).stream().anyMatch(others::contains);
        }
    }

    /** What a host needs to join. */
    public record Join(String url, Secret token, K3sVersion version, boolean etcd) {}

    /** All nodes, as the API server names them. */
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        for (String line : require(Command.script(NODES), "the nodes cannot be listed")
                .lines()
                .toList()) {
            String[] words = line.split("\\|", 7);
            if (words.length == 7) {
                boolean control = words[6].contains("node-role.kubernetes.io/control-plane")
                        || words[6].contains("node-role.kubernetes.io/master");
                nodes.add(new Node(
                        words[0],
                        words[1],
                        words[2].equals("True"),
                        !words[3].equals("true"),
                        words[4],
                        control ? "server" : "agent",
                        !words[5].isEmpty()));
            }
        }
        return nodes;
    }

    /** The node of a host with one of these addresses. */
    public Optional<Node> node(Collection<String> addresses) {
        return nodes().stream().filter(node -> node.at(addresses)).findFirst();
    }

    /** Whether another host than that with these addresses has the name. */
    public boolean taken(String name, Collection<String> addresses) {
        return nodes().stream().anyMatch(node -> node.name().equalsIgnoreCase(name) && !node.at(addresses));
    }

    /** Reads what a host needs to join; the token is shown nowhere. */
    public Join join() {
        String said = require(
                Command.script("PATH=\"$PATH:/usr/local/bin\"; k3s --version | head -n 1 | cut -d' ' -f3;"
                        + " if [ -d /var/lib/rancher/k3s/server/db/etcd ]; then echo etcd; else echo sqlite; fi;"
                        + " for address in $(k3s kubectl get nodes -o 'jsonpath={.items[*].status.addresses[?(@.type==\"InternalIP\")].address}'); do"
                        + " if ip -o addr show | grep -qF \" $address/\"; then echo \"$address\"; break; fi; done"),
                "no K3s server runs there");
        List<String> lines = said.lines().toList();
        if (lines.size() < 3) {
            throw Failure.of(ExitCode.NOT_AS_ASKED, server.name() + ": no K3s server runs there")
                    .next("vfaas up " + server.name());
        }
        String address = lines.get(2).split(" ")[0];
        String host = address.contains(":") ? "[" + address + "]" : address;
        Secret token = Secret.of(require(Command.of("cat", TOKEN), "the join token cannot be read")
                .strip());
        return new Join(
                "https://" + host + ":6443",
                token,
                K3sVersion.parse(lines.get(0)),
                lines.get(1).equals("etcd"));
    }

    /** Waits until the node of a host with one of these addresses is ready; exit 6 when it does not become so. */
    public Node awaitReady(Collection<String> addresses, Duration deadline, InstantSource clock)
            throws InterruptedException {
        Instant end = clock.instant().plus(deadline);
        while (true) {
            Optional<Node> node = node(addresses);
            if (node.isPresent() && node.get().ready()) {
                return node.get();
            }
            if (clock.instant().isAfter(end)) {
                throw Failure.of(
                                ExitCode.TIMED_OUT,
                                "the node did not become ready within " + deadline.toSeconds() + " s: "
                                        + node.map(found -> found.name() + " is there but not ready")
                                                .orElse("the cluster does not know it"))
                        .next(
                                "vfaas host logs HOST --unit k3s-agent; a firewall between the servers must let 6443/tcp, 8472/udp and 10250/tcp through");
            }
            Thread.sleep(1000);
        }
    }

    /** Gives a node a label, or another value of it. */
    public void label(String node, String label, String value) {
        require(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl label --overwrite node \"$1\" \"$2=$3\" >/dev/null",
                        node,
                        label,
                        value),
                "node " + node + " could not be labelled");
    }

    /** Moves the pods of a node elsewhere and lets no new ones in. */
    public void drain(String node) {
        Completed completed = server.runAsRoot(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl cordon \"$1\" && k3s kubectl drain \"$1\" --ignore-daemonsets --delete-emptydir-data --force --timeout=180s",
                        node),
                DRAIN);
        if (!completed.ok()) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            "the pods of node " + node + " could not be moved: "
                                    + completed.err().strip())
                    .next("look at them: vfaas host exec " + server.name() + " -- k3s kubectl get pods -A -o wide");
        }
    }

    /**
     * Moves the pods of a node elsewhere for an upgrade and lets no new ones in until {@link #release}. Pods with the label {@code vfaas.dev/drain=no}
     * stay: they could run nowhere else, and go on while K3s is replaced.
     */
    public void hold(String node) {
        Completed completed = server.runAsRoot(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl annotate --overwrite node \"$1\" vfaas.dev/held=upgrade >/dev/null"
                                + " && k3s kubectl cordon \"$1\" && k3s kubectl drain \"$1\" --ignore-daemonsets --delete-emptydir-data --force"
                                + " --pod-selector='vfaas.dev/drain!=no' --timeout=180s",
                        node),
                DRAIN);
        if (!completed.ok()) {
            release(node);
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            "the pods of node " + node + " could not be moved, so it was not upgraded: "
                                    + completed.err().strip())
                    .next("look at them: vfaas host exec " + server.name()
                            + " -- k3s kubectl get pods -A -o wide; or --no-drain");
        }
    }

    /** Lets pods in again on a node that an upgrade held. */
    public void release(String node) {
        require(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl uncordon \"$1\" && k3s kubectl annotate node \"$1\" vfaas.dev/held- >/dev/null",
                        node),
                "node " + node + " does not take pods again");
    }

    /**
     * Waits until the node is ready and runs that version. The API server may be away for a while: of two servers with etcd neither answers while
     * one starts anew.
     */
    public void awaitVersion(String node, K3sVersion version, Duration deadline, InstantSource clock)
            throws InterruptedException {
        Instant end = clock.instant().plus(deadline);
        while (true) {
            String seen;
            try {
                Optional<Node> found = nodes().stream()
                        .filter(other -> other.name().equals(node))
                        .findFirst();
                if (found.isPresent()
                        && found.get().ready()
                        && found.get().version().equals(version.toString())) {
                    return;
                }
                seen = found.map(there -> "it runs " + there.version() + (there.ready() ? "" : ", not ready"))
                        .orElse("the cluster does not know it");
            } catch (Failure away) {
                seen = away.text();
            }
            if (clock.instant().isAfter(end)) {
                throw Failure.of(
                                ExitCode.TIMED_OUT,
                                "node " + node + " was not ready with K3s " + version + " after " + deadline.toSeconds()
                                        + " s: " + seen)
                        .next("vfaas doctor " + server.name() + ", then the same upgrade again");
            }
            Thread.sleep(1000);
        }
    }

    /**
     * Takes a server out of the datastore while it still runs: K3s removes etcd's member of a node that is deleted. Waits until the others agree without
     * it.
     */
    public void leaveDatastore(String node) {
        delete(node);
        require(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; i=0; calm=0; while [ $calm -lt 5 ]; do"
                                + " if k3s kubectl --request-timeout=5s get --raw /readyz >/dev/null 2>&1; then calm=$((calm + 1)); else calm=0; fi;"
                                + " i=$((i + 1)); [ $i -lt 60 ] || { echo 'the API server does not answer without it' >&2; exit 1; }; sleep 1; done"),
                "the datastore did not let " + node + " go");
    }

    /** Takes the node out of the cluster. */
    public void delete(String node) {
        require(
                Command.script(
                        "PATH=\"$PATH:/usr/local/bin\"; k3s kubectl delete node \"$1\" --ignore-not-found --timeout=60s",
                        node),
                "node " + node + " could not be deleted");
    }

    private String require(Command command, String failure) {
        Completed completed = server.runAsRoot(command, LIMIT);
        if (!completed.ok()) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            server.name() + ": " + failure + ": "
                                    + completed.err().strip())
                    .next("vfaas doctor " + server.name());
        }
        return completed.out();
    }
}
