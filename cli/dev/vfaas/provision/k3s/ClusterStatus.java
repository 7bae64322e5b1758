package dev.vfaas.provision.k3s;

import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.provision.facts.Sections;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is, as one of its servers tells it.
 *
 * @param problem why the cluster cannot be asked; empty when it answered
 * @param datastore {@code etcd} or {@code sqlite}
 * @param snapshot when the newest snapshot of etcd was taken; null when there is none
 * @param certificate until when the API server's certificate is valid; null when it cannot be read
 * @param workloads what shall run, except K3s's own parts that do
 */
public record ClusterStatus(
        String problem,
        String datastore,
        @Nullable Instant snapshot,
        @Nullable Instant certificate,
        List<Cluster.Node> nodes,
        List<Workload> workloads) {
    private static final Duration LIMIT = Duration.ofSeconds(45);

    private static final String SCRIPT = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            section() { echo "$1"; sed 's/^/ /'; echo; }
            DB=/var/lib/rancher/k3s/server/db
            if [ -d $DB/etcd ]; then echo etcd | section datastore; else echo sqlite | section datastore; fi
            newest=$(ls -t $DB/snapshots 2>/dev/null | head -n 1)
            if [ -n "$newest" ]; then stat -c %Y "$DB/snapshots/$newest" | section snapshot; fi
            if [ -f /var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt ]; then section certificate < /var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt; fi
            timeout 20 k3s kubectl get deployments,statefulsets -A -o 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name} {.spec.replicas} {.status.readyReplicas}{"\\n"}{end}' 2>/dev/null | section workloads
            """;

    public ClusterStatus {
        nodes = List.copyOf(nodes);
        workloads = List.copyOf(workloads);
    }

    /** A Deployment or StatefulSet, by how many of its pods are ready. */
    public record Workload(String namespace, String name, int wanted, int ready) {}

    /** Asks a server of the cluster; changes nothing. */
    public static ClusterStatus of(Server server) {
        Completed completed = server.runAsRoot(Command.script(SCRIPT), LIMIT);
        Sections sections = Sections.of(completed.out());
        String problem = "";
        List<Cluster.Node> nodes = List.of();
        try {
            nodes = new Cluster(server).nodes();
        } catch (Failure away) {
            problem = Failure.headline(away.text());
        }
        String taken = sections.line("snapshot");
        return new ClusterStatus(
                problem,
                sections.line("datastore"),
                taken.matches("\\d+") ? Instant.ofEpochSecond(Long.parseLong(taken)) : null,
                until(sections.text("certificate")),
                nodes,
                sections.lines("workloads").stream()
                        .map(line -> line.split(" ", -1))
                        .filter(words -> words.length >= 3)
                        .map(words -> new Workload(
                                words[0], words[1], number(words[2]), words.length > 3 ? number(words[3]) : 0))
                        .toList());
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    }

    private static @Nullable Instant until(@Nullable String pem) {
        if (pem == null) {
            return null;
        }
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII)));
            return certificate.getNotAfter().toInstant();
        } catch (CertificateException e) {
            return null;
        }
    }

    /** For JSON and YAML. */
    public Map<String, @Nullable Object> data() {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("problem", problem);
        data.put("datastore", datastore);
        data.put("snapshot", snapshot == null ? null : snapshot.toString());
        data.put("certificateUntil", certificate == null ? null : certificate.toString());
        data.put("nodes", nodes.stream().map(Cluster.Node::data).toList());
        data.put(
                "workloads",
                workloads.stream()
                        .map(workload -> Fields.of(
                                "namespace",
                                workload.namespace(),
                                "name",
                                workload.name(),
                                "wanted",
                                workload.wanted(),
                                "ready",
                                workload.ready()))
                        .toList());
        return data;
    }
}
