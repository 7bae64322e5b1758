package dev.vfaas.provision.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Compilers;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.Pebble;
import dev.vfaas.support.TinyBase;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code --domain} with a real Traefik and a real ACME server: what the world reaches and what not, what a person is told when the DNS or the
 * authority says no, and that it goes again. What installs Traefik's chart is a stand-in (scripts/testbed/k3s/k3s/charts.py).
 */
class DomainIT {
    private static final String VERSION = "v1.20.2+k3s1";
    private static final String NAME = "faas.test";

    private static final String HANDLER = """
            package function

            import (
            	"io"
            	"net/http"
            )

            func Handle(w http.ResponseWriter, r *http.Request) {
            	body, _ := io.ReadAll(r.Body)
            	io.WriteString(w, "hello "+string(body))
            }
            """;

    private static final String STACK = """
            version: 1.0
            provider:
              name: openfaas
            functions:
              teller:
                lang: go
                handler: ./teller
                image: teller:latest
            """;

    /** Everything vfaas may write, and what its objects' versions are. */
    private static final String TRACES =
            "find /etc /usr/local /var/lib/vfaas -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort;"
                    + " systemctl show k3s -p ActiveEnterTimestamp;"
                    + " k3s kubectl get -A helmchartconfigs,configmaps,ingressroutes.traefik.io,middlewares.traefik.io,tlsoptions.traefik.io"
                    + " -l app.kubernetes.io/managed-by=vfaas -o 'jsonpath={range .items[*]}{.metadata.uid} {.metadata.generation}{\"\\n\"}{end}';"
                    + " k3s kubectl -n kube-system get deployment traefik -o 'jsonpath={.metadata.uid} {.metadata.generation}'";

    /** What a domain leaves in a cluster; nothing, once it is gone. */
    private static final String LEFT = "k3s kubectl get namespaces >/dev/null || echo the cluster does not answer;"
            + " k3s kubectl get -A helmchartconfigs,configmaps -l app.kubernetes.io/managed-by=vfaas -o name;"
            + " k3s kubectl get -A deployments,services,persistentvolumeclaims,pods -o name | grep -i traefik;"
            + " k3s kubectl get crd -o name | grep traefik; ls -d /var/lib/rancher/k3s/storage/*traefik* 2>/dev/null;"
            + " timeout 3 bash -c '</dev/tcp/127.0.0.1/80' 2>/dev/null && echo 80; timeout 3 bash -c '</dev/tcp/127.0.0.1/443' 2>/dev/null && echo 443; true";

    @TempDir
    Path home;

    private final Map<String, List<String>> records = new ConcurrentHashMap<>();
    private final Map<String, List<String>> authoritysRecords = new ConcurrentHashMap<>();
    private Map<String, String> variables = Map.of();
    private TestServer server;
    private Pebble pebble;

    @Test
    void functionsAreServedAtADomainUntilItIsTakenAway() throws IOException, InterruptedException {
        Compilers.go();
        try (Testbed testbed = Testbed.withTraefik();
                NameServer names = new NameServer(records, Map.of());
                NameServer authoritys = new NameServer(authoritysRecords, Map.of());
                DockerRegistry registry = DockerRegistry.open(home.resolve("registry"))) {
            new TinyBase(home.resolve("tiny")).pushTo(registry);
            variables = variables(registry);
            server = testbed.server("edge");
            String mirror = testbed.release(VERSION).url();
            try (Pebble authority = new Pebble(
                    home.resolve("pebble"),
                    Objects.requireNonNull(URI.create(mirror).getHost()),
                    authoritys.names().server())) {
                pebble = authority;
                String dns = names.names().server();
                nothingHappensWhenTheNameLeadsElsewhere(dns, mirror);
                anAuthorityThatRefusesIsQuoted(dns, mirror);
                theNextRunFinishesTheWork();
                theManagementApiIsClosedUnlessAsked();
                doctorSeesTheDomain();
                theDomainGoes();
                Tool.Outcome down = vfaas("down", "--yes");
                assertThat(down.exitCode()).as(down.err()).isZero();
                assertThat(server.run(
                                        "ls -d /var/lib/vfaas /var/lib/rancher /etc/rancher /etc/vfaas 2>/dev/null; nft list tables | grep vfaas")
                                .out())
                        .isEmpty();
            }
        }
    }

    private void nothingHappensWhenTheNameLeadsElsewhere(String dns, String mirror) {
        List<String> asked = new ArrayList<>(List.of("--k3s", VERSION, "--mirror", mirror, "--domain", NAME));
        asked.addAll(List.of("--email", "me@example.no", "--dns-server", dns));
        Tool.Outcome unknown = vfaas("up", asked.toArray(String[]::new));
        assertThat(unknown.exitCode()).as(unknown.err()).isEqualTo(3);
        assertThat(unknown.err()).contains("T-DNS", NAME + " has no address in the DNS", NAME + ". A ");

        records.put(NAME, List.of("192.0.2.80"));
        Tool.Outcome elsewhere = vfaas("up", asked.toArray(String[]::new));
        assertThat(elsewhere.exitCode()).as(elsewhere.err()).isEqualTo(3);
        assertThat(elsewhere.err())
                .contains(NAME + " leads to 192.0.2.80", NAME + ". A " + server.address(), "--skip-dns-check");
        assertThat(server.run("ls -d /var/lib/vfaas /usr/local/bin/k3s 2>/dev/null")
                        .out())
                .isEmpty();
    }

    /** The authority's own name server has another answer: it knocks where nobody listens. */
    private void anAuthorityThatRefusesIsQuoted(String dns, String mirror) {
        records.put(NAME, List.of(server.address()));
        authoritysRecords.put(NAME, List.of("127.0.0.1"));
        List<String> asked =
                new ArrayList<>(List.of("--k3s", VERSION, "--mirror", mirror, "--firewall", "--domain", NAME));
        asked.addAll(List.of("--email", "me@example.no", "--dns-server", dns));
        asked.addAll(List.of(
                "--acme-server",
                pebble.directory(),
                "--acme-ca",
                pebble.serverRoot().toString()));
        Tool.Outcome refused = vfaas("up", asked.toArray(String[]::new));
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(7);
        assertThat(refused.err())
                .contains("no certificate for " + NAME, "Unable to obtain ACME certificate")
                .contains("urn:ietf:params:acme:error:", "80/tcp", "vfaas doctor ");
        assertThat(vfaas("doctor", "-o", "json").out().replaceAll("\\s+", ""))
                .contains("\"id\":\"T-DNS\",\"severity\":\"pass\"", "\"id\":\"T-CERTIFICATE\",\"severity\":\"block\"");
    }

    private void theNextRunFinishesTheWork() throws IOException {
        authoritysRecords.put(NAME, List.of(server.address()));
        passes(tool("new", "--lang", "go", "teller"));
        Files.writeString(home.resolve("teller/handler.go"), HANDLER);
        Files.delete(home.resolve("teller/handler_test.go"));
        Path stack = Files.writeString(home.resolve("stack.yml"), STACK);
        Tool.Outcome up = vfaas("up", "-f", stack.toString(), "--base", "tiny:1");
        assertThat(up.exitCode()).as(up.err() + "\n" + pebble.log()).isZero();
        assertThat(up.out()).contains("functions: https://" + NAME + "/function/NAME");

        assertThat(curl("-d", "world", "https://" + NAME + "/function/teller")).isEqualTo("hello world 200 ");
        assertThat(curl("https://" + NAME + "/healthz")).endsWith(" 200 ");
        assertThat(curl("http://" + NAME + "/function/teller"))
                .matches("(?s).* 30[18] https://" + NAME + "/function/teller");
        assertThat(curl("--tls-max", "1.1", "https://" + NAME + "/healthz")).endsWith(" 000 ");

        String traces = server.run(TRACES).out();
        Tool.Outcome again = vfaas("up");
        assertThat(again.out()).as(again.err()).contains("nothing to do");
        assertThat(server.run(TRACES).out()).isEqualTo(traces);
    }

    private void theManagementApiIsClosedUnlessAsked() {
        for (String path : List.of("/system/functions", "/metrics", "/ui/", "/v2/", "/")) {
            assertThat(curl("https://" + NAME + path)).as(path).contains(" 404 ");
        }
        assertThat(curl("--connect-to", "::" + server.address() + ":", "https://other.test/healthz"))
                .as("another name")
                .endsWith(" 000 ");
        Tool.Outcome open = vfaas("up", "--public-api");
        assertThat(open.exitCode()).as(open.err()).isZero();
        assertThat(open.out()).contains("for all who know the password at https://" + NAME + "/system/");
        becomes(" 401 ", "https://" + NAME + "/system/functions");
        Tool.Outcome closed = vfaas("up", "--no-public-api");
        assertThat(closed.exitCode()).as(closed.err()).isZero();
        becomes(" 404 ", "https://" + NAME + "/system/functions");
        assertThat(curl("-d", "again", "https://" + NAME + "/function/teller")).startsWith("hello again 200");
    }

    private void doctorSeesTheDomain() {
        assertThat(vfaas("doctor", "-o", "json").out().replaceAll("\\s+", ""))
                .contains(
                        "\"id\":\"T-DNS\",\"severity\":\"pass\"",
                        "\"id\":\"T-CERTIFICATE\",\"severity\":\"pass\"",
                        "\"id\":\"T-REDIRECT\",\"severity\":\"pass\"");
        records.put(NAME, List.of("192.0.2.80"));
        assertThat(vfaas("doctor", "-o", "json").out().replaceAll("\\s+", ""))
                .contains("\"id\":\"T-DNS\",\"severity\":\"warn\"", "leadsto192.0.2.80");
    }

    private void theDomainGoes() {
        assertThat(vfaas("status").out()).contains("ingress.domain: " + NAME).doesNotContain("BEGIN CERTIFICATE");
        Tool.Outcome gone = vfaas("up", "--no-domain");
        assertThat(gone.exitCode()).as(gone.err()).isZero();
        server.await(LEFT, String::isBlank, Duration.ofMinutes(3));
        assertThat(curl("https://" + NAME + "/healthz")).endsWith(" 000 ");
        assertThat(vfaas("status").out()).doesNotContain("ingress.");
        Tool.Outcome again = vfaas("up");
        assertThat(again.out()).as(again.err()).contains("nothing to do");
        assertThat(vfaas("doctor", "-o", "json").out()).doesNotContain("\"T-DNS\"");
    }

    /** Traefik takes a new route within a second or two. */
    private void becomes(String wanted, String url) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        String answer = curl(url);
        while (!answer.contains(wanted)) {
            assertThat(System.nanoTime()).as("still " + answer).isLessThan(end);
            answer = curl(url);
        }
    }

    /** As somebody in the world who trusts the authority: the body, the status (000: no answer that can be trusted) and where it leads to. */
    private String curl(String... words) {
        List<String> line = new ArrayList<>(List.of("curl", "-sS", "-m", "20", "--cacert"));
        line.add(pebble.root().toString());
        for (String port : List.of("80", "443")) {
            line.addAll(List.of("--resolve", NAME + ":" + port + ":" + server.address()));
        }
        line.addAll(List.of("-w", " %{http_code} %{redirect_url}"));
        line.addAll(List.of(words));
        try {
            Process process = new ProcessBuilder(line)
                    .redirectError(home.resolve("curl.err").toFile())
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void passes(Tool.Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private Tool.Outcome tool(String... words) {
        Tool tool = new Tool(home);
        variables.forEach(tool::with);
        return tool.run(words);
    }

    private Tool.Outcome vfaas(String command, String... more) {
        List<String> line = new ArrayList<>(List.of(command, "root@" + server.address()));
        line.addAll(List.of("--identity", server.key().toString(), "--host-key", server.fingerprint()));
        line.addAll(List.of(more));
        return tool(line.toArray(String[]::new));
    }

    private static Map<String, String> variables(DockerRegistry registry) {
        Path user = Path.of(System.getProperty("user.home"));
        return Map.of(
                "PATH", Objects.requireNonNull(System.getenv("PATH")),
                "GOPATH", user.resolve("go").toString(),
                "GOCACHE", user.resolve(".cache/go-build").toString(),
                "VFAAS_BASE_REGISTRY", registry.host());
    }
}
