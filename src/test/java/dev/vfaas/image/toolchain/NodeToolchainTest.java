package dev.vfaas.image.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real npm installs from a registry on this machine. */
class NodeToolchainTest {
    private final List<String> log = new ArrayList<>();
    private Path folder;
    private Path handler;
    private NpmRegistry registry;
    private Map<String, String> variables;

    @BeforeEach
    void layOut(@TempDir Path folder) throws IOException {
        this.folder = folder;
        handler = Files.createDirectory(folder.resolve("handler"));
        registry = new NpmRegistry();
        variables = new HashMap<>(System.getenv());
        variables.put("NPM_CONFIG_CACHE", folder.resolve("npm-cache").toString());
        variables.put("NPM_CONFIG_FETCH_RETRIES", "0");
        Files.writeString(handler.resolve(".npmrc"), "registry=" + registry.url() + "\n");
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void aFunctionWithoutPackagesNeedsNothing() throws IOException {
        assertThat(node().dependencyKey(source(Platform.LINUX_AMD64))).isEmpty();
        Files.writeString(
                handler.resolve("package.json"),
                "{\"name\": \"f\", \"dependencies\": {}, \"devDependencies\": {\"jest\": \"1\"}}");
        assertThat(node().dependencyKey(source(Platform.LINUX_AMD64))).isEmpty();
    }

    @Test
    void theKeyFollowsDependenciesAndLockFile() throws IOException {
        depends("{\"a\": \"^1.0.0\"}");
        String key = node().dependencyKey(source(Platform.LINUX_AMD64));
        assertThat(key).isNotEmpty();
        Files.writeString(handler.resolve("package-lock.json"), "{\"lockfileVersion\": 3}");
        assertThat(node().dependencyKey(source(Platform.LINUX_AMD64))).isNotEqualTo(key);
    }

    @Test
    void aMalformedPackageJsonIsAUsageFailureWithItsPosition() throws IOException {
        Files.writeString(handler.resolve("package.json"), "{\n  \"dependencies\": {,}\n}");
        assertThatThrownBy(() -> node().dependencyKey(source(Platform.LINUX_AMD64)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("package.json:2:");
    }

    @Test
    void theBinariesAreThoseOfTheImagesPlatform() throws Exception {
        publishNative("linux-x64", "linux-arm64", "darwin-arm64");
        depends("{\"native\": \"1.0.0\"}");
        locks();
        assertThat(installed(Platform.LINUX_AMD64)).contains("native/index.js", "@native/linux-x64/native.node");
        assertThat(installed(Platform.LINUX_AMD64)).noneMatch(file -> file.contains("arm64") || file.contains(".bin"));
        assertThat(installed(Platform.LINUX_ARM64))
                .contains("@native/linux-arm64/native.node")
                .noneMatch(file -> file.contains("x64"));
        assertThat(log).noneMatch(line -> line.startsWith("note:"));
    }

    @Test
    void aLockFileOfOnePlatformOnlyIsRefused() throws Exception {
        publishNative("linux-x64");
        depends("{\"native\": \"1.0.0\"}");
        locks();
        publishNative("linux-x64", "linux-arm64"); // the package knows both, the lock file one
        String lock = Files.readString(handler.resolve("package-lock.json"));
        Files.writeString(handler.resolve("package-lock.json"), lock.replaceAll("\"integrity\": \"[^\"]*\",?", ""));
        assertThatThrownBy(() -> installed(Platform.LINUX_ARM64))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("npm install"))
                .hasMessageContainingAll("thumb", "package-lock.json", "native", "linux/arm64");
    }

    @Test
    void withoutALockFileAPersonIsToldToCommitOne() throws Exception {
        registry.publish("plain", "1.0.0", "{}", Map.of("index.js", ""));
        depends("{\"plain\": \"^1.0.0\"}");
        assertThat(installed(Platform.ofHost())).contains("plain/index.js");
        assertThat(log).anyMatch(line -> line.contains("package-lock.json") && line.contains("commit"));
        assertThat(handler.resolve("package-lock.json")).doesNotExist();
    }

    @Test
    void installScriptsAreNotRun() throws Exception {
        Path proof = folder.resolve("proof");
        registry.publish(
                "scripted",
                "1.0.0",
                "{\"scripts\": {\"install\": \"touch " + proof + "\", \"postinstall\": \"touch " + proof + "\"}}",
                Map.of("index.js", ""));
        depends("{\"scripted\": \"1.0.0\"}");
        locks();
        assertThat(installed(Platform.ofHost())).contains("scripted/index.js");
        assertThat(installed(Platform.LINUX_ARM64)).contains("scripted/index.js");
        assertThat(proof).doesNotExist();
    }

    @Test
    void aPackageThatWouldBeCompiledIsNamed() throws Exception {
        registry.publish("compiled", "1.0.0", "{}", Map.of("binding.gyp", "{}"));
        depends("{\"compiled\": \"1.0.0\"}");
        locks();
        assertThatThrownBy(() -> installed(Platform.LINUX_AMD64))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("prebuilt"))
                .hasMessageContainingAll("thumb", "package compiled", "linux/amd64");
    }

    @Test
    void prebuiltAndOptionalOnesAreFine() throws Exception {
        registry.publish(
                "prebuilt", "1.0.0", "{}", Map.of("binding.gyp", "{}", "prebuilds/linux-x64/node.napi.node", ""));
        registry.publish("extra", "1.0.0", "{}", Map.of("binding.gyp", "{}"));
        registry.publish(
                "parent", "1.0.0", "{\"optionalDependencies\": {\"extra\": \"1.0.0\"}}", Map.of("index.js", ""));
        depends("{\"prebuilt\": \"1.0.0\", \"parent\": \"1.0.0\"}");
        locks();
        assertThat(installed(Platform.LINUX_AMD64))
                .contains("prebuilt/prebuilds/linux-x64/node.napi.node", "parent/index.js")
                .noneMatch(file -> file.startsWith("extra/"));
        assertThat(log).anyMatch(line -> line.contains("extra is left out"));
    }

    @Test
    void aLocalPackageIsCopied() throws Exception {
        Path lib = Files.createDirectories(folder.resolve("shared"));
        Files.writeString(lib.resolve("package.json"), "{\"name\": \"shared\", \"version\": \"1.0.0\"}");
        Files.writeString(lib.resolve("index.js"), "module.exports = 1;");
        depends("{\"shared\": \"file:../shared\"}");
        locks();
        assertThat(installed(Platform.LINUX_AMD64)).containsExactlyInAnyOrder("shared/index.js", "shared/package.json");
    }

    @Test
    void whatWasInstalledIsTold() throws Exception {
        registry.publish("@scope/lib", "1.2.3", "{\"license\": \"MIT\"}", Map.of());
        depends("{\"@scope/lib\": \"1.2.3\"}");
        locks();
        Path into = Files.createTempDirectory(folder, "into");
        assertThat(node().resolve(source(Platform.LINUX_AMD64), into, log::add))
                .containsExactly(new Component("@scope/lib", "1.2.3", "pkg:npm/%40scope/lib@1.2.3", "MIT"));
    }

    @Test
    void aPackageThatDoesNotExistIsNamed() throws Exception {
        depends("{\"no-such-package\": \"1.0.0\"}");
        assertThatThrownBy(() -> installed(Platform.LINUX_AMD64))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("thumb", "no-such-package", "404");
    }

    @Test
    void withoutNodeTheFailureTellsHowToGetIt() throws IOException {
        depends("{\"a\": \"1.0.0\"}");
        NodeToolchain nothing = new NodeToolchain(environment(Map.of("PATH", folder.toString())));
        assertThatThrownBy(() -> nothing.dependencyKey(source(Platform.ofHost())))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("install"))
                .hasMessageContainingAll("thumb", "node", "npm");
        assertThatThrownBy(() -> nothing.resolve(source(Platform.LINUX_AMD64), folder, log::add))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no npm");
    }

    /** A package whose binaries are in packages of their own, one a platform. */
    private void publishNative(String... platforms) throws IOException {
        for (String platform : platforms) {
            String[] parts = platform.split("-");
            registry.publish(
                    "@native/" + platform,
                    "1.0.0",
                    "{\"os\": [\"" + parts[0] + "\"], \"cpu\": [\"" + parts[1] + "\"]}",
                    Map.of("native.node", ""));
        }
        String optional = Stream.of(platforms)
                .map(platform -> "\"@native/" + platform + "\": \"1.0.0\"")
                .collect(Collectors.joining(", "));
        registry.publish(
                "native",
                "1.0.0",
                "{\"bin\": \"index.js\", \"optionalDependencies\": {" + optional + "}}",
                Map.of("index.js", ""));
    }

    private void depends(String dependencies) throws IOException {
        Files.writeString(
                handler.resolve("package.json"),
                "{\"name\": \"f\", \"version\": \"1.0.0\", \"dependencies\": " + dependencies + "}");
    }

    /** Has npm write package-lock.json. */
    private void locks() throws InterruptedException {
        Programs programs = new Programs(variables);
        List<String> command = List.of(
                programs.find("npm").orElseThrow().toString(),
                "install",
                "--package-lock-only",
                "--ignore-scripts",
                "--no-audit");
        Programs.Result result = programs.run(command, handler, Map.of(), line -> {});
        assertThat(result.failed()).as(result.tail(20)).isFalse();
    }

    /** Files under node_modules. */
    private Set<String> installed(Platform platform) throws Exception {
        Path into = Files.createTempDirectory(folder, "into");
        node().resolve(source(platform), into, log::add);
        assertThat(into.toFile().list()).containsExactly("node_modules");
        Path modules = into.resolve("node_modules");
        try (Stream<Path> walk = Files.walk(modules)) {
            List<Path> all = walk.toList();
            assertThat(all).noneMatch(Files::isSymbolicLink);
            return all.stream()
                    .filter(Files::isRegularFile)
                    .map(file -> modules.relativize(file).toString())
                    .collect(Collectors.toSet());
        }
    }

    private NodeToolchain node() {
        return new NodeToolchain(environment(variables));
    }

    private Environment environment(Map<String, String> values) {
        return new Environment(values, folder, folder, Environment.Terminal.NONE);
    }

    private FunctionSource source(Platform platform) {
        return new FunctionSource("thumb", handler, folder, folder, platform, Map.of("node_libc", "glibc"), Map.of());
    }
}
