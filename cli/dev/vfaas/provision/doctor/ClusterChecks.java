package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.facts.Sections;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Checks of a running K3s, all in one round trip. */
final class ClusterChecks {
    private static final Duration SOON = Duration.ofDays(30);
    private static final Duration OLD_SNAPSHOT = Duration.ofHours(36);

    static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            section() { echo "$1"; sed 's/^/ /'; echo; }
            kubectl() { timeout 10 k3s kubectl "$@" 2>&1; }
            unit=k3s; systemctl cat k3s-agent >/dev/null 2>&1 && unit=k3s-agent
            systemctl show $unit -p ActiveState,SubState,NRestarts | section unit
            [ $unit = k3s ] || exit 0
            kubectl get --raw /readyz | section readyz
            kubectl get nodes --no-headers | section nodes
            kubectl get nodes -o 'jsonpath={range .items[*]}{.metadata.name}:{range .status.conditions[?(@.status=="True")]} {.type}{end}{"\\n"}{end}' | grep Pressure | section pressure
            kubectl get services -A -o 'jsonpath={range .items[*]}{.spec.type} {.metadata.namespace}/{.metadata.name}{range .spec.ports[*]} {.nodePort}/{.protocol}{end}{"\\n"}{end}' | grep -E '^(NodePort|LoadBalancer) ' | grep -v ' kube-system/traefik ' | section nodeports
            # Functions and the gateway have checks of their own.
            kubectl get pods -A -l '!faas_function,app!=gateway' --no-headers | awk '$4 != "Running" && $4 != "Completed" && NF > 4 {print $1 "/" $2 " " $4}' | head -20 | section pods
            for certificate in /var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt; do
              if [ -f $certificate ]; then section certificate < $certificate; fi
            done
            if [ -d /var/lib/rancher/k3s/server/db/etcd ]; then
              newest=$(ls -t /var/lib/rancher/k3s/server/db/snapshots 2>/dev/null | head -1)
              if [ -n "$newest" ]; then stat -c %Y "/var/lib/rancher/k3s/server/db/snapshots/$newest" | section snapshot
              else echo none | section snapshot; fi
            fi
            journalctl -u $unit -q --no-pager -o cat -p err -n 5 --since -1h 2>/dev/null | section errors
            """;

    private final InstantSource clock;
    private final String host;

    ClusterChecks(InstantSource clock, String host) {
        this.clock = clock;
        this.host = host;
    }

    List<Finding> check(Server server) {
        Completed completed = server.runAsRoot(Command.script(SCRIPT), Duration.ofSeconds(60));
        return check(Sections.of(completed.out()));
    }

    List<Finding> check(Sections s) {
        List<Finding> findings = new ArrayList<>();
        boolean active = s.lines("unit").contains("ActiveState=active");
        String restarts = s.lines("unit").stream()
                .filter(line -> line.startsWith("NRestarts="))
                .map(line -> line.substring("NRestarts=".length()))
                .findFirst()
                .orElse("0");
        if (!active) {
            findings.add(block(
                    "K-UNIT",
                    "K3s service",
                    String.join(", ", s.lines("unit")),
                    "vfaas host logs " + host + " --unit k3s"));
            return findings;
        }
        findings.add(
                restarts.equals("0")
                        ? pass("K-UNIT", "K3s service", "active")
                        : warn(
                                "K-UNIT",
                                "K3s service",
                                "active, but systemd restarted it " + restarts + " times",
                                "vfaas host logs " + host + " --unit k3s"));
        if (!s.has("readyz")) {
            return findings; // an agent: its server knows the rest
        }
        boolean ready = s.line("readyz").equals("ok");
        findings.add(
                ready
                        ? pass("K-READYZ", "API server", "ready")
                        : block("K-READYZ", "API server", s.line("readyz"), "vfaas host logs " + host + " --unit k3s"));
        if (!ready) {
            return findings;
        }
        findings.add(nodes(s));
        findings.add(pressure(s.lines("pressure")));
        findings.add(nodePorts(s.lines("nodeports")));
        List<String> pods = s.lines("pods");
        findings.add(
                pods.isEmpty()
                        ? pass("K-PODS", "pods", "all run")
                        : warn(
                                "K-PODS",
                                "pods",
                                String.join("; ", pods),
                                "vfaas host exec " + host + " -- k3s kubectl get events -A"));
        certificate(s, findings);
        snapshot(s, findings);
        return findings;
    }

    private Finding nodes(Sections s) {
        List<String> notReady = s.lines("nodes").stream()
                // NAME STATUS ROLES AGE VERSION; a node that takes no new pods is Ready,SchedulingDisabled.
                .filter(line -> !line.matches("\\S+\\s+Ready(,.*|\\s.*)?"))
                .toList();
        return notReady.isEmpty()
                ? pass("K-NODES", "nodes", s.lines("nodes").size() + " ready")
                : block(
                        "K-NODES",
                        "nodes",
                        String.join("; ", notReady),
                        "vfaas host exec " + host + " -- k3s kubectl describe nodes");
    }

    /** What the kubelet reports when a node runs out of something: it ends pods then and takes no new ones. */
    private Finding pressure(List<String> nodes) {
        String title = "room on the nodes";
        String evidence = String.join("; ", nodes);
        if (nodes.isEmpty()) {
            return pass("K-PRESSURE", title, "neither disk, memory nor process ids are short");
        }
        return evidence.contains("DiskPressure")
                ? block(
                        "K-PRESSURE",
                        title,
                        evidence + ": pods are ended and no new ones start",
                        "free space below /var/lib there; what is big: vfaas host exec " + host
                                + " -- du -xh --max-depth=2 /var/lib/rancher/k3s; images that nothing runs: vfaas host exec "
                                + host + " -- k3s crictl rmi --prune")
                : warn(
                        "K-PRESSURE",
                        title,
                        evidence,
                        "see what uses it: vfaas top; smaller functions, or vfaas node add HOST2 --to " + host);
    }

    private Finding nodePorts(List<String> services) {
        return services.isEmpty()
                ? pass("K-NODEPORTS", "ports of services", "no service opens a port of the nodes")
                : warn(
                        "K-NODEPORTS",
                        "ports of services",
                        String.join("; ", services) + ": open on all addresses of every node",
                        "make it a ClusterIP, or delete it: vfaas host exec " + host
                                + " -- k3s kubectl -n NAMESPACE delete service NAME; or close the ports: vfaas up "
                                + host + " --firewall");
    }

    private void certificate(Sections s, List<Finding> findings) {
        String pem = s.text("certificate");
        if (pem == null) {
            return;
        }
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII)));
            Instant end = certificate.getNotAfter().toInstant();
            findings.add(
                    end.isAfter(clock.instant().plus(SOON))
                            ? pass("K-CERTIFICATE", "API certificate", "valid until " + end)
                            : warn(
                                    "K-CERTIFICATE",
                                    "API certificate",
                                    "ends " + end,
                                    "restart K3s, which renews it: vfaas host exec " + host
                                            + " -- systemctl restart k3s"));
        } catch (CertificateException e) {
            findings.add(
                    warn("K-CERTIFICATE", "API certificate", "cannot be read: " + e.getMessage(), "vfaas up " + host));
        }
    }

    private void snapshot(Sections s, List<Finding> findings) {
        String taken = s.line("snapshot");
        if (taken.isEmpty()) {
            return;
        }
        boolean fresh = taken.matches("\\d+")
                && Instant.ofEpochSecond(Long.parseLong(taken))
                        .plus(OLD_SNAPSHOT)
                        .isAfter(clock.instant());
        findings.add(
                fresh
                        ? pass(
                                "K-SNAPSHOT",
                                "etcd snapshots",
                                "the newest is of " + Instant.ofEpochSecond(Long.parseLong(taken)))
                        : warn(
                                "K-SNAPSHOT",
                                "etcd snapshots",
                                "none of the last " + OLD_SNAPSHOT.toHours() + " hours",
                                "vfaas host exec " + host + " -- k3s etcd-snapshot save"));
    }
}
