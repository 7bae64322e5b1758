package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.support.DockerRegistry;
import dev.vfaas.support.PythonBase;
import dev.vfaas.support.Tool;
import dev.vfaas.testbed.Load;
import dev.vfaas.testbed.TestServer;
import dev.vfaas.testbed.Testbed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The article's story with a cluster: its stack.yml, whose image lies in a private registry with TLS and a password, deployed to a fresh server; from
 * zero replicas to 15 and back by calls alone; then a second server joins, takes its part, and leaves under load without a lost call.
 */
class StoryIT {
    private static final String VERSION = "v1.20.2+k3s1";
    private static final String GATEWAY = "10.43.0.80:8080";
    private static final String PASSWORD = "open sesame";
    private static final Path ARTICLE =
            Path.of(System.getProperty("vfaas.basedir", "."), "src", "test", "resources", "article");

    /** The article's function once more, in the gateway's own store. */
    private static final String SECOND = """
              resizer-too:
                lang: python3
                handler: ./image-resizer
                image: resizer-too:latest
                labels:
                  com.openfaas.scale.min: 2
                  com.openfaas.scale.max: 6
            """;

    @TempDir
    Path home;

    private final Map<String, String> variables = new LinkedHashMap<>();

    @Test
    void theArticlesStackScalesFromZeroToFifteenAndANodeComesAndGoes() throws IOException {
        try (Testbed testbed = Testbed.withKubernetes();
                DockerRegistry bases = DockerRegistry.open(home.resolve("bases"))) {
            TestServer one = testbed.server("one");
            PythonBase base = new PythonBase(home.resolve("python"));
            base.pushTo(bases, home);
            Path kept = Files.createDirectories(home.resolve("registry"));
            String world = one.address().replaceFirst("[0-9]+$", "1"); // this machine, as servers see it
            try (DockerRegistry registry = DockerRegistry.withTls(kept, world, "deploy", PASSWORD)) {
                variables.put("PATH", Objects.requireNonNull(System.getenv("PATH")));
                variables.put("HOME", home.toString());
                variables.put("VFAAS_BASE_REGISTRY", bases.host());
                variables.put(
                        "SSL_CERT_FILE",
                        believed(DockerRegistry.authority(kept)).toString());
                String mirror = testbed.release(VERSION).url();
                trusts(one, DockerRegistry.authority(kept));
                passes(server("up", one, "--k3s", VERSION, "--mirror", mirror));

                Path stack = stack(registry, base);
                logsIn(registry, stack);
                scales(one);

                TestServer two = testbed.server("two");
                trusts(two, DockerRegistry.authority(kept));
                comesAndGoes(one, two, mirror);
            }
        }
    }

    /** The company's own authority signs its registry's certificate: servers must know it before K3s starts. */
    private static void trusts(TestServer server, Path authority) {
        server.upload(authority, "/usr/local/share/ca-certificates/company.crt");
        server.run("update-ca-certificates").orFail("update-ca-certificates");
    }

    /** What a person's own machine has after update-ca-certificates: the authorities of the world, for PyPI's sake, and the company's. */
    private Path believed(Path authority) throws IOException {
        String world = System.getenv().getOrDefault("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");
        return Files.writeString(
                home.resolve("believed.pem"), Files.readString(Path.of(world)) + Files.readString(authority));
    }

    private Path stack(DockerRegistry registry, PythonBase base) throws IOException {
        Path folder = Files.createDirectories(home.resolve("image-resizer"));
        for (String name : new String[] {"handler.py", "requirements.txt"}) {
            Files.copy(ARTICLE.resolve("image-resizer").resolve(name), folder.resolve(name));
        }
        String text = Files.readString(ARTICLE.resolve("stack.yml"))
                .replace("registry.gitlab.com", registry.host())
                .replace(
                        "    labels:\n",
                        "    build_args: {PYTHON_VERSION: \"" + base.version()
                                + "\"}\n    labels:\n      com.openfaas.scale.zero-duration: 15s\n");
        return Files.writeString(
                home.resolve("stack.yml"),
                text
                        + SECOND.replace(
                                "    labels:",
                                "    build_args: {PYTHON_VERSION: \"" + base.version() + "\"}\n    labels:"));
    }

    /** Without a login, with a wrong one, with the right one: first this machine, which pushes, then the cluster, which pulls. */
    private void logsIn(DockerRegistry registry, Path stack) {
        Tool.Outcome nobody = tool("up", "-f", stack.toString());
        assertThat(nobody.exitCode()).as(nobody.err()).isEqualTo(4);
        assertThat(nobody.err())
                .contains("wants a login to write my-org/image-resizer")
                .contains("vfaas registry login " + registry.host() + " --local -u USER");

        Tool.Outcome wrong = typing("wrong", "registry", "login", registry.host(), "--local", "-u", "deploy", "-s");
        assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(4);
        assertThat(wrong.err()).contains("refuses the user name deploy with this password; nothing was kept");
        assertThat(home.resolve(".docker")).doesNotExist();
        passes(typing(PASSWORD, "registry", "login", registry.host(), "--local", "-u", "deploy", "-s"));

        passes(typing("wrong", "registry", "login", registry.host(), "-u", "deploy", "-s"));
        Tool.Outcome refused = tool("up", "-f", stack.toString());
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(7);
        assertThat(refused.err())
                .contains("image-resizer: the new version does not serve: pod image-resizer-")
                .containsPattern("ErrImagePull|ImagePullBackOff")
                .contains("401 Unauthorized")
                .contains("vfaas registry login " + registry.host());
        assertThat(refused.out()).containsPattern("resizer-too +Ready");

        passes(typing(PASSWORD, "registry", "login", registry.host(), "-u", "deploy", "-s"));
        assertThat(tool("registry", "list").out()).contains(registry.host()).doesNotContain(PASSWORD);
        Tool.Outcome up = tool("up", "-f", stack.toString());
        passes(up);
        assertThat(up.out()).containsPattern("image-resizer +Ready").containsPattern("resizer-too +Ready");
        assertThat(typing("no picture", "invoke", "image-resizer").out()).contains("Error processing image");
    }

    /** Nobody calls: 0; calls: 1, then more and more to 15; nobody calls: 0. */
    private void scales(TestServer server) {
        becomes("image-resizer", seen -> seen.equals("0/0"));
        Load load = Load.begin(server, GATEWAY, 4, "/function/image-resizer");
        Set<String> steps = becomes("image-resizer", seen -> seen.equals("15/15"));
        assertThat(steps.size()).as("not all at once: " + steps).isGreaterThan(2);
        Load.Outcome outcome = load.end();
        assertThat(outcome.failed()).as(outcome.toString()).isZero();
        assertThat(outcome.calls()).isPositive();
        becomes("image-resizer", seen -> seen.equals("0/0"));
        assertThat(typing("again", "invoke", "image-resizer").out()).contains("Error processing image");
    }

    private void comesAndGoes(TestServer one, TestServer two, String mirror) throws IOException {
        passes(tool(
                "node",
                "add",
                host(two),
                "--to",
                host(one),
                "--identity",
                two.key().toString(),
                "--mirror",
                mirror,
                "--host-key",
                two.fingerprint(),
                "--to-host-key",
                one.fingerprint()));
        Load load =
                Load.begin(one, GATEWAY, 4, "/function/image-resizer", "/function/resizer-too"); // neither falls asleep
        passes(tool("scale", "image-resizer=6", "resizer-too=4"));
        for (String function : new String[] {"image-resizer", "resizer-too"}) {
            one.await(serving(function), out -> nodes(out).equals(Set.of("one", "two")), Duration.ofMinutes(4));
        }

        passes(tool(
                "node",
                "remove",
                host(two),
                "--from",
                host(one),
                "--identity",
                two.key().toString(),
                "--yes",
                "--host-key",
                two.fingerprint(),
                "--from-host-key",
                one.fingerprint()));
        Load.Outcome outcome = load.end();
        assertThat(outcome.failed()).as(outcome.toString()).isZero();
        assertThat(outcome.calls()).isPositive();
        becomes("resizer-too", seen -> seen.equals("4/4"));
        assertThat(nodes(one.run(serving("resizer-too")).orFail("pods").out())).containsOnly("one");
    }

    /** Prints the nodes of a function's ready pods. */
    private static String serving(String function) {
        return "k3s kubectl -n openfaas-fn get pods -l faas_function=" + function
                + " -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type==\"Ready\")].status} {.spec.nodeName}{\"\\n\"}{end}'";
    }

    private static Set<String> nodes(String serving) {
        return serving.lines()
                .filter(line -> line.startsWith("True "))
                .map(line -> line.substring(5))
                .collect(Collectors.toSet());
    }

    /** Waits until {@code vfaas list} shows what is wanted of a function, as REPLICAS/READY; all that it showed meanwhile. */
    private Set<String> becomes(String function, Predicate<String> wanted) {
        Set<String> seen = new LinkedHashSet<>();
        long end = System.nanoTime() + Duration.ofMinutes(4).toNanos();
        while (true) {
            String now = listed(function);
            seen.add(now);
            if (wanted.test(now)) {
                return seen;
            }
            assertThat(System.nanoTime()).as(function + ": " + seen).isLessThan(end);
            try {
                Thread.sleep(300); // a look costs a login
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    private String listed(String function) {
        Tool.Outcome list = tool("list", "-o", "json");
        passes(list);
        try {
            for (JsonNode one : new ObjectMapper().readTree(list.out())) {
                if (one.path("name").asText().equals(function)) {
                    return one.path("replicas").asInt() + "/"
                            + one.path("availableReplicas").asInt();
                }
            }
            return "none";
        } catch (IOException e) {
            throw new AssertionError(list.out(), e);
        }
    }

    private static void passes(Tool.Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
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
        String[] words = new String[more.length + 6];
        words[0] = command;
        words[1] = host(server);
        words[2] = "--identity";
        words[3] = server.key().toString();
        words[4] = "--host-key";
        words[5] = server.fingerprint();
        System.arraycopy(more, 0, words, 6, more.length);
        return tool(words);
    }

    private static String host(TestServer server) {
        return "root@" + server.address();
    }
}
