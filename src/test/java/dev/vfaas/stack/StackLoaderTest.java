package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackLoaderTest {
    private static final StackLoader LOADER = new StackLoader(Variables.of(Map.of("OWNER", "acme", "MANY", "b: c\nd")));

    @TempDir
    private Path directory;

    private Stack load(String text) {
        return load(text, StackOptions.DEFAULT);
    }

    private Stack load(String text, StackOptions options) {
        return LOADER.load(
                new StackSource.Stream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), directory),
                options);
    }

    private static Path article() throws URISyntaxException {
        URI uri = StackLoaderTest.class.getResource("/article/stack.yml").toURI();
        return Path.of(uri);
    }

    @Test
    void theArticlesStackFileParsesVerbatim() throws Exception {
        Stack stack = LOADER.load(StackSource.find(article().getParent()).orElseThrow(), StackOptions.DEFAULT);
        assertThat(stack.source()).isEqualTo("stack.yml");
        assertThat(stack.version()).isEqualTo("1.0");
        assertThat(stack.gateway()).isEqualTo("http://127.0.0.1:8080");
        assertThat(stack.warnings()).isEmpty();
        assertThat(stack.functions()).containsOnlyKeys("image-resizer");
        StackFunction function = stack.function("image-resizer");
        assertThat(function.lang()).isEqualTo("python3");
        assertThat(function.image()).isEqualTo("registry.gitlab.com/my-org/image-resizer:latest");
        assertThat(stack.resolve(String.valueOf(function.handler())))
                .isEqualTo(article().resolveSibling("image-resizer"))
                .isDirectory();
        assertThat(function.labels())
                .containsExactly(
                        entry("com.openfaas.scale.min", "0"),
                        entry("com.openfaas.scale.max", "15"),
                        entry("com.openfaas.scale.factor", "20"));
        assertThat(function.environment())
                .containsExactly(
                        entry("write_debug", "true"), entry("read_timeout", "60s"), entry("write_timeout", "60s"));
    }

    @Test
    void everyKeyIsRead() {
        Stack stack = load("""
                version: 1.0
                x-note: [anything, {a: b}]
                provider:
                  name: openfaas
                  gateway: https://faas.example.com/sub/
                functions:
                  second:
                    skip_build: true
                    image: ghcr.io/${OWNER}/second:1
                  first:
                    lang: node22
                    handler: ./first
                    image: first:latest
                    fprocess: node index.js
                    environment: {A: 1.10, B: true, C: null, D: ~, E: "x: y", F: 0x1F, G: 2021-01-01, H:, I: 'null', J: 60s}
                    environment_file: [env.yml, .env]
                    secrets: [api-key, db.password]
                    constraints:
                      - "kubernetes.io/arch=amd64"
                    labels: {com.openfaas.scale.zero: true, tier: 1}
                    annotations: {topic: "a,b"}
                    limits: {memory: 128Mi, cpu: 0.5}
                    requests: {memory: 64Mi, cpu: 100m}
                    readonly_root_filesystem: true
                    build_options: [dev]
                    build_args: {GO111MODULE: on}
                    build_secrets: {npm: .npmrc}
                    platforms: linux/amd64, linux/arm64
                    namespace: staging
                    x-owner: me
                configuration:
                  templates:
                    - name: rust
                      source: https://example.com/rust#v1
                    - name: bash
                  copy: [./common]
                """);
        assertThat(stack.functions().keySet()).containsExactly("second", "first");
        assertThat(stack.function("second").image()).isEqualTo("ghcr.io/acme/second:1");
        StackFunction expected = new StackFunction(
                "first",
                "node22",
                "./first",
                "first:latest",
                "node index.js",
                Map.of(
                        "A",
                        "1.10",
                        "B",
                        "true",
                        "C",
                        "",
                        "D",
                        "",
                        "E",
                        "x: y",
                        "F",
                        "0x1F",
                        "G",
                        "2021-01-01",
                        "H",
                        "",
                        "I",
                        "null",
                        "J",
                        "60s"),
                List.of("env.yml", ".env"),
                List.of("api-key", "db.password"),
                false,
                List.of("kubernetes.io/arch=amd64"),
                Map.of("com.openfaas.scale.zero", "true", "tier", "1"),
                Map.of("topic", "a,b"),
                new Quantities("128Mi", "0.5"),
                new Quantities("64Mi", "100m"),
                true,
                List.of("dev"),
                Map.of("GO111MODULE", "on"),
                Map.of("npm", ".npmrc"),
                List.of("linux/amd64", "linux/arm64"),
                "staging");
        assertThat(stack.function("first")).isEqualTo(expected);
        assertThat(stack.function("first").environment().keySet())
                .containsExactly("A", "B", "C", "D", "E", "F", "G", "H", "I", "J");
        assertThat(stack.configuration())
                .isEqualTo(new StackConfiguration(
                        List.of(
                                new StackConfiguration.TemplateSource("rust", "https://example.com/rust#v1"),
                                new StackConfiguration.TemplateSource("bash", null)),
                        List.of("./common")));
        assertThat(stack.warnings()).isEmpty();
    }

    @Test
    void anchorsAndMergeKeysWork() {
        Stack stack = load("""
                x-env: &env {A: 1, B: 2}
                x-more: &more {B: 3, C: 3}
                provider: {name: openfaas}
                functions:
                  x-base: &base
                    lang: python3
                    handler: ./f
                    environment: {<<: [*env, *more], D: 4}
                  f:
                    <<: *base
                    image: f
                  g:
                    image: g
                    <<: *base
                    environment: *more
                """);
        assertThat(stack.functions().keySet()).containsExactly("f", "g");
        assertThat(stack.function("f").environment())
                .containsExactly(entry("D", "4"), entry("A", "1"), entry("B", "2"), entry("C", "3"));
        assertThat(stack.function("g").environment()).containsExactly(entry("B", "3"), entry("C", "3"));
        assertThat(stack.function("g").lang()).isEqualTo("python3");
    }

    @Test
    void filterAndRegexChooseFunctions() {
        String text =
                "provider: {name: openfaas}\nfunctions: {api-a: {image: a}, api-b: {image: b}, web: {image: w}}\n";
        assertThat(names(text, null, null)).containsExactly("api-a", "api-b", "web");
        assertThat(names(text, "", "")).hasSize(3);
        assertThat(names(text, null, "api-*")).containsExactly("api-a", "api-b");
        assertThat(names(text, null, "*a*")).containsExactly("api-a", "api-b");
        assertThat(names(text, null, "*")).hasSize(3);
        assertThat(names(text, null, "web")).containsExactly("web");
        assertThat(names(text, "b", null)).containsExactly("api-b", "web");
        assertThat(names(text, "^api-[b]$", null)).containsExactly("api-b");
        assertThat(FailureText.of(() -> names(text, null, "we")))
                .isEqualTo("no functions matching --filter/--regex were found in the YAML file <stdin>");
        assertThat(FailureText.of(() -> names(text, null, "we?"))).startsWith("no functions matching");
        assertThat(FailureText.of(() -> names(text, "a", "a"))).isEqualTo("pass in a regex or a filter, not both");
        assertThat(FailureText.of(() -> names(text, "(?=a)", null))).startsWith("error parsing regexp: ");
    }

    private Set<String> names(String text, String regex, String filter) {
        return load(text, new StackOptions(true, regex, filter)).functions().keySet();
    }

    @Test
    void substitutionCanBeTurnedOff() {
        String text = "provider: {name: openfaas}\nfunctions: {f: {image: '${OWNER}/${'}}\n";
        assertThat(load(text, new StackOptions(false, null, null)).function("f").image())
                .isEqualTo("${OWNER}/${");
    }

    @Test
    void errorsPointIntoWhatThePersonWroteAndNotIntoValues() {
        String text = """
                provider:
                  name: openfaas
                functions:
                  f:
                    image: ${OWNER}/${MANY}
                """;
        assertThat(FailureText.of(() -> load(text))).isEqualTo("""
                        <stdin>:5:21: not valid YAML: mapping values are not allowed here
                          5 |     image: ${OWNER}/${MANY}
                            |                     ^""");
        String second =
                "provider: {name: openfaas}\nfunctions: {\"${OWNER}\": {image: \"${OWNER}${OWNER}\", langg: z}}\n";
        assertThat(FailureText.of(() -> load(second))).isEqualTo("""
                        <stdin>:2:53: unknown key "langg" in functions.acme; did you mean "lang"?
                          2 | functions: {"${OWNER}": {image: "${OWNER}${OWNER}", langg: z}}
                            |                                                     ^""");
    }

    @Test
    void warningsAreReturned() {
        Stack stack = load("""
                provider: {name: openfaas, network: x}
                functions:
                  f:
                    image: ${REGISTRY}f
                    labels: {com.openfaas.scale.minn: 1}
                    limits: {memory: 128m}
                """);
        assertThat(stack.warnings())
                .containsExactly(
                        "<stdin>:4:12: the environment variable REGISTRY is not set and became empty; ${REGISTRY:-} says that this"
                                + " is meant",
                        "<stdin>:1:37: provider.network means nothing any more; it can be removed",
                        "<stdin>:5:14: \"com.openfaas.scale.minn\" is no label the autoscaler knows; did you mean"
                                + " \"com.openfaas.scale.min\"?",
                        "<stdin>:6:22: functions.f.limits.memory 128m is in thousandths of a byte; did you mean 128Mi?");
    }

    @Test
    void byteOrderMarkAndWindowsLineEndsAreFine() {
        Stack stack = load("\uFEFFprovider:\r\n  name: openfaas\r\nfunctions:\r\n  f:\r\n    image: ${OWNER}\r\n");
        assertThat(stack.function("f").image()).isEqualTo("acme");
        assertThat(FailureText.of(() -> load("\uFEFFprovider:\r\n  name: openfas\r\n")))
                .startsWith("<stdin>:2:9: ['openfaas'] is the only valid");
    }

    @Test
    void functionsAreFoundByName() {
        Stack stack = load("provider: {name: openfaas}\nfunctions: {a: {image: a}, b: {image: b}}\n");
        assertThat(FailureText.of(() -> stack.function("c")))
                .isEqualTo("there is no function \"c\" in <stdin>; it has: a, b");
    }

    @Test
    void filesThatCannotBeReadSayWhy() throws IOException {
        Path missing = directory.resolve("missing.yml");
        assertThat(FailureText.of(() -> LOADER.load(file("missing.yml"), StackOptions.DEFAULT)))
                .isEqualTo("the stack file missing.yml does not exist");
        Files.createDirectory(missing);
        assertThat(FailureText.of(() -> LOADER.load(file("missing.yml"), StackOptions.DEFAULT)))
                .isEqualTo("the stack file missing.yml is a folder, not a file");
        Files.writeString(directory.resolve("big.yml"), "#".repeat((1 << 20) + 1));
        assertThat(FailureText.of(() -> LOADER.load(file("big.yml"), StackOptions.DEFAULT)))
                .isEqualTo("the stack file big.yml is larger than 1 MiB, the most such a file may have");
        Files.write(directory.resolve("latin1.yml"), "a: b\nc: \u00e6\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(FailureText.of(() -> LOADER.load(file("latin1.yml"), StackOptions.DEFAULT)))
                .isEqualTo("latin1.yml:2: the file is not UTF-8 text");
        Files.writeString(directory.resolve("empty.yml"), "");
        assertThat(FailureText.of(() -> LOADER.load(file("empty.yml"), StackOptions.DEFAULT)))
                .isEqualTo("empty.yml:1:1: the file is empty; \"vfaas new --lang python3 NAME\" writes one");
    }

    private StackSource file(String name) {
        return StackSource.of(name, directory, new ByteArrayInputStream(new byte[0]));
    }

    @Test
    void stackYamlIsFoundBeforeStackYml() throws IOException {
        assertThat(StackSource.find(directory)).isEmpty();
        Files.writeString(directory.resolve("stack.yml"), "");
        assertThat(StackSource.find(directory).orElseThrow().name()).isEqualTo("stack.yml");
        Files.writeString(directory.resolve("stack.yaml"), "");
        assertThat(StackSource.find(directory).orElseThrow().name()).isEqualTo("stack.yaml");
    }

    @Test
    void whatMinusFNames() {
        assertThat(file("-").name()).isEqualTo("<stdin>");
        assertThat(file("sub/stack.yml"))
                .isEqualTo(new StackSource.File("sub/stack.yml", directory.resolve("sub/stack.yml")));
        assertThat(file("sub/stack.yml").baseDirectory()).isEqualTo(directory.resolve("sub"));
        assertThat(file("C:\\apps\\stack.yml")).isInstanceOf(StackSource.File.class);
        assertThat(file("c:/apps/stack.yml")).isInstanceOf(StackSource.File.class);
        assertThat(file("https://me:secret@example.com/stack.yml").name()).isEqualTo("https://example.com/stack.yml");
        assertThat(file("HTTP://example.com/stack.yml")).isInstanceOf(StackSource.Url.class);
        for (String bad : List.of("ftp://example.com/stack.yml", "file:///etc/passwd", "http:///x", "git+ssh://x/y")) {
            assertThat(FailureText.of(() -> file(bad)))
                    .isEqualTo("a stack file is read from a path, http://, https:// or - (standard input), not from \""
                            + bad + "\"");
        }
        assertThat(FailureText.of(() -> file("http://exa mple.com/"))).contains("is malformed");
        assertThat(FailureText.of(() -> file("a\0b"))).contains("is malformed");
    }
}
