package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.provision.CommandLines;
import dev.vfaas.provision.Findings;
import dev.vfaas.provision.Person;
import dev.vfaas.provision.Surroundings;
import dev.vfaas.support.Compilers;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.TinyBase;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a bare server to vfaas's own gateway, a function on it, a backup of all that put back on another server, and away again; against real sshd,
 * systemd and Kubernetes, and a docker-registry for the base image. One server serves many assertions.
 */
class VfaasStackIT {
    private static final String VERSION = "v1.20.2+k3s1";

    /** Everything vfaas may write, with what tells one write from another, and since when the gateway's pods run. */
    private static final String TREE =
            "find /etc /usr/local /var/lib/vfaas /var/lib/rancher/k3s/agent/images -xdev -type f -printf '%p %T@ %i\\n' | grep -v -e /etc/mtab | sort;"
                    + " systemctl show k3s -p ActiveEnterTimestamp; k3s kubectl -n vfaas get pods,deployments,services,secrets -o 'jsonpath={range .items[*]}{.metadata.uid} {.metadata.generation}{\"\\n\"}{end}'";

    /** Answers with its body, its secret and a file of its base image, and logs the body. */
    private static final String HANDLER = """
            package function

            import (
            	"fmt"
            	"io"
            	"net/http"
            	"os"
            )

            func Handle(w http.ResponseWriter, r *http.Request) {
            	body, _ := io.ReadAll(r.Body)
            	secret, _ := os.ReadFile("/var/openfaas/secrets/greeting")
            	base, _ := os.ReadFile("/etc/base-amd64")
            	fmt.Fprintf(os.Stderr, "was asked %s\\n", body)
            	fmt.Fprintf(w, "%s %s from %s", secret, body, base)
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
                secrets: [greeting]
                labels:
                  com.openfaas.scale.min: 0
            """;

    private static final String SECRET = "good-evening";

    private static final String REGISTRY_PASSWORD = "a-password-for-a-registry";

    @TempDir
    Path home;

    private Map<String, String> variables = Map.of();

    @Test
    void upEndsWithAFunctionCalledAndDownLeavesNothing() throws IOException, InterruptedException {
        Compilers.go();
        try (Testbed testbed = Testbed.withKubernetes();
                DockerRegistry registry = DockerRegistry.open(home.resolve("registry"))) {
            new TinyBase(home.resolve("tiny")).pushTo(registry);
            variables = Map.of(
                    "PATH",
                    Objects.requireNonNull(System.getenv("PATH")),
                    "GOPATH",
                    Path.of(System.getProperty("user.home"), "go").toString(),
                    "GOCACHE",
                    Path.of(System.getProperty("user.home"), ".cache/go-build").toString(),
                    "VFAAS_BASE_REGISTRY",
                    registry.host());
            TestServer one = testbed.server("one");
            String mirror = testbed.release(VERSION).url();

            String bare = seen(one);
            plansAWholeServer(one, "--k3s", VERSION, "--mirror", mirror);
            assertThat(seen(one)).isEqualTo(bare);
            isKilledAtEachOfTheStacksSteps(one, "--k3s", VERSION, "--mirror", mirror);

            CommandLines commandLines = new CommandLines();
            Tool.Outcome up = server("up", one, "--k3s", VERSION, "--mirror", mirror);
            assertThat(up.exitCode()).as(up.err()).isZero();
            assertThat(up.out()).contains("is ready");
            assertThat(one.run("grep -c vfaas.tried /var/lib/vfaas/state.json").out())
                    .startsWith("1");
            assertThat(one.run("k3s kubectl -n openfaas-fn get deployments -o name")
                            .out())
                    .isEmpty();
            assertThat(one.run("stat -c %a /etc/rancher/k3s/registries.yaml").out())
                    .isEqualTo("600\n");

            String tree = one.run(TREE).out();
            Tool.Outcome again = server("up", one);
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(again.out()).contains("nothing to do");
            assertThat(one.run(TREE).out()).isEqualTo(tree);

            passes(server("up", one, "--gateway-access-log", "on"));
            Tool.Outcome away = server("up", one, "--stack", "none", "--dry-run");
            assertThat(away.out()).contains("remove the gateway, its namespace vfaas");
            Tool.Outcome login = typing(
                    REGISTRY_PASSWORD, "registry", "login", "registry.example.com", "-u", "deploy", "--password-stdin");
            assertThat(login.exitCode()).as(login.err()).isZero();
            commandLines.close();
            secretsAreNowhere(one, commandLines, up, again, away, login);
            passes(tool("registry", "logout", "registry.example.com"));

            deploysAFunction(one);
            aNamespaceIsLikeTheUsualOne(one);
            forwards(one);
            scales();
            doctorTellsWhatIsWrong(one);
            aNodeThatJoinsHasTheGatewaysImage(one, testbed.server("worker"), mirror);

            Tool.Outcome down = server("down", one, "--yes", "--backup", "kept");
            assertThat(down.exitCode()).as(down.err()).isZero();
            Path file = onlyFile(home.resolve("kept"));
            assertThat(seen(one)).isEqualTo(bare);
            assertThat(tool("context", "list", "-o", "name").out()).doesNotContain(one.address());
            one.close();

            restores(testbed.server("two"), file, mirror);
        }
    }

    /** The server but for what this test's own kubectl keeps in root's home; vfaas's has a home in memory. */
    private static String seen(TestServer server) {
        return Surroundings.of(server)
                .lines()
                .filter(line -> !line.startsWith("/root/.kube"))
                .collect(Collectors.joining("\n"));
    }

    private void plansAWholeServer(TestServer server, String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("--dry-run", "--exit-code"));
        Tool.Outcome plan = server("up", server, words.toArray(String[]::new));
        assertThat(plan.exitCode()).as(plan.err()).isEqualTo(10);
        assertThat(plan.out())
                .contains(
                        "/etc/rancher/k3s/config.yaml.d/10-vfaas.yaml",
                        "/etc/rancher/k3s/registries.yaml",
                        "secrets-encryption: true",
                        "kind: Deployment",
                        "kind: NetworkPolicy");
    }

    /** What each run leaves when it is killed the next one takes up; nothing is asserted here but that they were killed there. */
    private void isKilledAtEachOfTheStacksSteps(TestServer server, String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("-o", "json"));
        Person person = new Person(home, server);
        for (String step : List.of("vfaas-image", "vfaas-objects", "vfaas-gateway", "vfaas-smoke")) {
            Person.Started up = person.start("up", words.toArray(String[]::new));
            boolean inTime = up.until("step-started", "\"" + step + "\"");
            up.kill();
            assertThat(inTime).as(step + " in " + up.said()).isTrue();
        }
    }

    /** The passwords of the gateway, the nodes and a registry, and the cluster's token: in nothing that anybody else may read. */
    private void secretsAreNowhere(TestServer server, CommandLines commandLines, Tool.Outcome... outcomes)
            throws IOException {
        List<String> secrets = new ArrayList<>(List.of(REGISTRY_PASSWORD));
        secrets.add(server.run(
                        "k3s kubectl -n vfaas get secret basic-auth -o 'jsonpath={.data.basic-auth-password}' | base64 -d")
                .out());
        secrets.add(server.run("sed -n 's/^ *password: *//p' /etc/rancher/k3s/registries.yaml")
                .out()
                .strip());
        String token = server.run("cat /var/lib/rancher/k3s/server/token").out().strip();
        secrets.add(token.substring(token.lastIndexOf(':') + 1));
        assertThat(secrets).hasSize(4).allMatch(secret -> secret.length() >= 20);
        for (String user : List.of("deploy:" + secrets.get(0), "admin:" + secrets.get(1), "node:" + secrets.get(2))) {
            secrets.add(Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }

        Map<String, String> places = new TreeMap<>();
        places.put("command lines", commandLines.all());
        places.put("journal of systemd", server.run("journalctl --no-pager").out());
        places.put(
                "state, audit log and journal",
                server.run("cat /var/lib/vfaas/*.json*").orFail("cat").out());
        places.put(
                "processes",
                server.run("cat /proc/*/cmdline | tr '\\0' ' '")
                        .orFail("processes")
                        .out());
        places.put(
                "logs of pods",
                server.run("cat /var/log/pods/*/*/*.log").orFail("logs").out());
        places.put(
                "objects of the cluster but its Secrets",
                server.run("k3s kubectl get all,configmaps,events -A -o yaml")
                        .orFail("objects")
                        .out());
        for (Tool.Outcome outcome : outcomes) {
            places.merge("output", outcome.out() + outcome.err(), String::concat);
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                boolean keepsLogins =
                        file.startsWith(home.resolve(".openfaas")) || file.startsWith(home.resolve(".kube"));
                if (!keepsLogins && Files.size(file) < 1_000_000) {
                    places.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
        assertThat(places.get("command lines")).contains("k3s kubectl");
        assertThat(places.get("logs of pods")).isNotEmpty();
        assertThat(places.keySet()).anyMatch(place -> place.endsWith(".log"));
        for (String secret : secrets) {
            places.forEach((place, text) -> assertThat(text.contains(secret))
                    .as("%s in %s", secret, place)
                    .isFalse());
        }
    }

    /** {@code host forward} opens the gateway on this machine for programs that are not vfaas, and {@code host logs} shows its words. */
    private void forwards(TestServer server) throws IOException, InterruptedException {
        Person.Started forward = new Person(home, server).start("host forward");
        try {
            assertThat(forward.until("gateway", "http://127.0.0.1:"))
                    .as(forward.said())
                    .isTrue();
            Matcher url = Pattern.compile("http://127\\.0\\.0\\.1:\\d+").matcher(forward.said());
            assertThat(url.find()).isTrue();
            assertThat(url.group())
                    .isEqualTo(tool("context", "show", "-o", "json")
                            .out()
                            .replaceAll("(?s).*\"gateway\" ?: ?\"([^\"]+)\".*", "$1"));
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpRequest call = HttpRequest.newBuilder(URI.create(url.group() + "/function/teller"))
                        .POST(HttpRequest.BodyPublishers.ofString("neighbour"))
                        .build();
                assertThat(client.send(call, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .startsWith(SECRET + " neighbour");
            }
        } finally {
            forward.signal("INT");
            assertThat(forward.ended()).as(forward.said()).isEqualTo(130);
        }
        Tool.Outcome logs = server("host logs", server, "--gateway", "--lines", "50");
        assertThat(logs.exitCode()).as(logs.err()).isZero();
        assertThat(logs.out().lines()).isNotEmpty().allMatch(line -> line.startsWith("gateway-"));
        assertThat(logs.out().lines())
                .as("the access log")
                .anyMatch(line -> line.contains("{") && line.contains("/function/teller"));
    }

    private void doctorTellsWhatIsWrong(TestServer server) {
        server.run(
                        "k3s kubectl -n openfaas-fn run broken --image=registry.invalid/broken:1 --labels=faas_function=broken")
                .orFail("run");
        server.run("k3s kubectl create service nodeport exposed --tcp=80:80").orFail("service");
        server.await(
                "k3s kubectl -n openfaas-fn get pod broken -o 'jsonpath={.status.containerStatuses[*].state.waiting.reason}'",
                out -> out.contains("ImagePullBackOff"),
                Duration.ofMinutes(2));
        Tool.Outcome wrong = server("doctor", server, "-o", "json");
        assertThat(Findings.of(wrong))
                .containsEntry("G-GATEWAY", "pass")
                .containsEntry("G-LOGIN", "pass")
                .containsEntry("G-FUNCTIONS", "pass")
                .containsEntry("G-PULL", "warn")
                .containsEntry("K-NODEPORTS", "warn")
                .containsEntry("K-PRESSURE", "pass");
        assertThat(wrong.out()).contains("openfaas-fn/broken: ", "registry.invalid", "default/exposed");
        server.run("k3s kubectl -n openfaas-fn delete pod broken; k3s kubectl delete service exposed")
                .orFail("delete");

        server.run("k3s kubectl -n vfaas scale deployment gateway --replicas=0").orFail("scale");
        server.await("k3s kubectl -n vfaas get pods -l app=gateway -o name", String::isEmpty, Duration.ofMinutes(2));
        Tool.Outcome down = server("doctor", server, "-o", "json");
        assertThat(Findings.of(down))
                .containsEntry("G-GATEWAY", "block")
                .containsEntry("G-LOGIN", "block")
                .containsEntry("G-PULL", "pass")
                .containsEntry("K-NODEPORTS", "pass");
        passes(server("up", server));
        assertThat(Findings.of(server("doctor", server, "-o", "json")))
                .containsEntry("G-GATEWAY", "pass")
                .containsEntry("G-LOGIN", "pass");
        answers("mended");
    }

    /** What it makes, and what somebody else marks, it may use; the rest of the cluster is closed to it. */
    private void aNamespaceIsLikeTheUsualOne(TestServer server) {
        passes(tool("namespace", "create", "staging"));
        assertThat(server.run("k3s kubectl get namespace staging -o 'jsonpath={.metadata.labels}'")
                        .out())
                .contains("\"vfaas.dev/role\":\"functions\"", "\"pod-security.kubernetes.io/enforce\":\"baseline\"")
                .contains("\"pod-security.kubernetes.io/warn\":\"restricted\"")
                .contains("\"app.kubernetes.io/managed-by\":\"vfaas\"");
        String allowed = "-o 'jsonpath={.spec}'";
        assertThat(server.run("k3s kubectl -n staging get networkpolicy functions " + allowed)
                        .out())
                .isNotEmpty()
                .isEqualTo(server.run("k3s kubectl -n openfaas-fn get networkpolicy functions " + allowed)
                        .out());
        passes(typing("guten-tag", "secret", "create", "greeting", "-n", "staging"));
        passes(tool("deploy", "--image", "teller:latest", "--name", "other", "--secret", "greeting", "-n", "staging"));
        Tool.Outcome answer = typing("you", "invoke", "other", "-n", "staging");
        assertThat(answer.exitCode()).as(answer.err()).isZero();
        assertThat(answer.out()).startsWith("guten-tag you");
        passes(tool("remove", "other", "-n", "staging"));
        passes(tool("namespace", "remove", "staging"));

        server.run("k3s kubectl create namespace marked && k3s kubectl annotate namespace marked openfaas=1")
                .orFail("annotate");
        server.await(
                "k3s kubectl -n marked get rolebinding vfaas-gateway -o name 2>/dev/null",
                out -> !out.isEmpty(),
                Duration.ofMinutes(1));
        passes(typing("hello", "secret", "create", "word", "-n", "marked"));
        assertThat(tool("secret", "list", "-n", "marked").out()).contains("word");
        server.run("k3s kubectl delete namespace marked").orFail("delete");

        String may = "k3s kubectl auth can-i --as system:serviceaccount:vfaas:gateway ";
        assertThat(server.run(may + "list pods -n openfaas-fn").out()).isEqualTo("yes\n");
        for (String deed : List.of(
                "list pods -n kube-system",
                "get secrets -n kube-system",
                "get secrets -n vfaas",
                "list deployments -n default",
                "list services -A")) {
            assertThat(server.run(may + deed).out()).as(deed).isEqualTo("no\n");
        }
    }

    private static Path onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private void deploysAFunction(TestServer server) throws IOException {
        passes(tool("new", "--lang", "go", "teller"));
        Files.writeString(home.resolve("teller/handler.go"), HANDLER);
        Files.delete(home.resolve("teller/handler_test.go"));
        Path stack = Files.writeString(home.resolve("stack.yml"), STACK);
        passes(typing(SECRET, "secret", "create", "greeting"));
        assertThat(tool("secret", "list").out()).contains("greeting");

        Tool.Outcome up = server("up", server, "-f", stack.toString(), "--base", "tiny:1");
        assertThat(up.exitCode()).as(up.err()).isZero();
        assertThat(up.out() + up.err()).contains("teller");
        answers("world");
        assertThat(tool("list").out()).containsPattern("teller +\\d+ +1 +1");
        assertThat(tool("logs", "teller", "--tail=false").out()).contains("was asked world");
        assertNowhere(SECRET, up);
    }

    private void scales() {
        passes(tool("scale", "teller=0"));
        becomes(list -> list.contains("teller 0 0"));
        answers("sleeper");
        passes(tool("scale", "teller=3"));
        becomes(list -> list.contains("teller 3 3"));
        answers("all");
        passes(tool("scale", "teller=0"));
        becomes(list -> list.contains("teller 0 0"));
        answers("again");
        passes(tool("scale", "teller=1"));
        becomes(list -> list.contains("teller 1 1"));
    }

    /** The function of a first call runs on the second node when the first takes no pods. */
    private void aNodeThatJoinsHasTheGatewaysImage(TestServer one, TestServer worker, String mirror) {
        passes(server("node add", worker, "--to", host(one), "--to-host-key", one.fingerprint(), "--mirror", mirror));
        String images = "k3s ctr images ls -q | grep ^vfaas.internal/vfaas/ | sort";
        assertThat(worker.run(images).out())
                .isNotEmpty()
                .isEqualTo(one.run(images).out());
        assertThat(one.run("k3s kubectl get nodes -l vfaas.dev/gateway-image -o name")
                        .out()
                        .lines())
                .containsExactlyInAnyOrder("node/one", "node/worker");
        assertThat(server("node add", worker, "--to", host(one), "--to-host-key", one.fingerprint())
                        .out())
                .contains("nothing was to do");

        one.run("k3s kubectl cordon one && k3s kubectl -n vfaas delete networkpolicy gateway")
                .orFail("a first call anew, elsewhere");
        passes(server("up", one));
        assertThat(one.run("k3s kubectl -n openfaas-fn get events -o 'jsonpath={.items[*].message}'")
                        .out())
                .containsPattern("assigned openfaas-fn/vfaas-smoke\\S* to worker");
        one.run("k3s kubectl uncordon one").orFail("uncordon");
        passes(server("node remove", worker, "--from", host(one), "--from-host-key", one.fingerprint(), "--yes"));
        worker.close();
    }

    private void restores(TestServer fresh, Path file, String mirror) throws IOException {
        Tool.Outcome restored = server("restore", fresh, file.toString(), "--mirror", mirror);
        assertThat(restored.exitCode()).as(restored.err()).isZero();
        answers("after all");
        assertThat(fresh.run("k3s ctr images list -q").out())
                .as("the function's image, pulled from the gateway's own store")
                .contains("vfaas.internal/teller@sha256:");
        assertThat(tool("list").out()).contains("teller");
        assertThat(tool("secret", "list").out()).contains("greeting");
        assertThat(tool("context", "list").out()).contains(fresh.address());
        passes(tool("scale", "teller=2"));
        becomes(list -> list.contains("teller 2 2"));
        passes(server("up", fresh));
        assertThat(server("up", fresh).out()).contains("nothing to do");
        answers("at last");
        assertNowhere(SECRET, restored);

        passes(tool("namespace", "create", "made"));
        passes(tool("remove", "teller"));
        Tool.Outcome none = server("up", fresh, "--stack", "none");
        assertThat(none.exitCode()).as(none.err()).isZero();
        assertThat(fresh.run("k3s kubectl get namespaces -o name").out())
                .contains("namespace/kube-system")
                .doesNotContain("vfaas", "openfaas-fn", "made");
        assertThat(fresh.run("k3s kubectl get persistentvolumes,clusterroles,clusterrolebindings -o name | grep vfaas;"
                                + " k3s kubectl get nodes -l vfaas.dev/gateway-image -o name;"
                                + " ls -d /var/lib/vfaas-gateway 2>/dev/null")
                        .out())
                .isEmpty();
    }

    /** Calls the function through the current context. */
    private void answers(String body) {
        Tool.Outcome answer = typing(body, "invoke", "teller");
        assertThat(answer.exitCode()).as(answer.err()).isZero();
        assertThat(answer.out()).startsWith(SECRET + " " + body + " from a base for amd64");
    }

    /** Waits until {@code vfaas list} shows what is wanted: its lines as name, replicas and ready ones. */
    private void becomes(Predicate<String> wanted) {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            Tool.Outcome list = tool("list");
            if (wanted.test(list.out().replaceAll("(?m)^(\\S+) +\\d+ +(\\d+) +(\\d+).*$", "$1 $2 $3"))) {
                return;
            }
            assertThat(System.nanoTime()).as(list.out() + list.err()).isLessThan(end);
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    private static void passes(Tool.Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private Tool.Outcome tool(String... words) {
        return typing("", words);
    }

    private Tool.Outcome typing(String input, String... words) {
        Tool tool = new Tool(home).input(input.getBytes(StandardCharsets.UTF_8));
        variables.forEach(tool::with);
        return tool.run(words);
    }

    private Tool.Outcome server(String command, TestServer server, String... more) {
        return tool(Stream.of(
                        Stream.of(command.split(" ")),
                        Stream.of(host(server), "--identity", server.key().toString()),
                        Stream.of("--host-key", server.fingerprint()),
                        Stream.of(more))
                .flatMap(part -> part)
                .toArray(String[]::new));
    }

    private void assertNowhere(String secret, Tool.Outcome... outcomes) throws IOException {
        assertThat(outcomes).noneMatch(outcome -> (outcome.out() + outcome.err()).contains(secret));
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                assertThat(Files.readString(file)).as("%s", file).doesNotContain(secret);
            }
        }
    }

    private static String host(TestServer server) {
        return "root@" + server.address();
    }
}
