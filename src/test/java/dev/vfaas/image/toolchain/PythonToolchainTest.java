package dev.vfaas.image.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real pip and, where there is one, the real uv install wheels that the test makes; no index is asked. */
class PythonToolchainTest {
    private final List<String> log = new ArrayList<>();
    private Path folder;
    private Path handler;
    private Path index;

    @BeforeEach
    void layOut(@TempDir Path folder) throws IOException {
        this.folder = folder;
        handler = Files.createDirectory(folder.resolve("handler"));
        index = Files.createDirectory(folder.resolve("index"));
    }

    @Test
    void aFunctionWithoutRequirementsNeedsNothing() throws IOException {
        assertThat(toolchain("pip").dependencyKey(source(Platform.LINUX_AMD64))).isEmpty();
        requires("", "# pillow", "  # nothing yet", "--index-url https://example.org/simple");
        assertThat(toolchain("pip").dependencyKey(source(Platform.LINUX_AMD64))).isEmpty();
    }

    @Test
    void theKeyFollowsWhatIsRequiredAndNotTheComments() throws IOException {
        PythonToolchain python = toolchain("pip");
        requires("pillow==11.0.0  # images", "-r more.txt");
        Files.writeString(handler.resolve("more.txt"), "requests\n");
        String key = python.dependencyKey(source(Platform.LINUX_AMD64));
        requires("# the same", "pillow==11.0.0", "-r more.txt");
        assertThat(python.dependencyKey(source(Platform.LINUX_AMD64))).isEqualTo(key);

        assertThat(python.dependencyKey(source(Platform.LINUX_ARM64))).isNotEqualTo(key);
        assertThat(python.dependencyKey(source(Platform.ofHost()))).isNotEqualTo(key);
        assertThat(python.dependencyKey(source(Platform.LINUX_AMD64, Map.of("python_version", "3.13"))))
                .isNotEqualTo(key);
        Files.writeString(handler.resolve("more.txt"), "requests==2.0\n");
        assertThat(python.dependencyKey(source(Platform.LINUX_AMD64))).isNotEqualTo(key);
    }

    @Test
    void aMissingIncludedFileIsNamed() throws IOException {
        requires("-r absent.txt");
        assertThatThrownBy(() -> toolchain("pip").dependencyKey(source(Platform.LINUX_AMD64)))
                .isInstanceOf(Failure.class)
                .hasMessageContainingAll("requirements.txt", "absent.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pip", "uv"})
    void wheelsAreThoseOfTheImagesPlatform(String tool) throws Exception {
        wheel("native", "1.0", "cp312-cp312-manylinux_2_28_aarch64", "");
        wheel("native", "1.0", "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "");
        wheel("pure", "2.0", "py3-none-any", "License-Expression: MIT\n");
        requires("native", "pure");

        Map<String, String> arm = resolved(tool, source(Platform.LINUX_ARM64));
        assertThat(arm.get("deps/native.py")).contains("aarch64");
        assertThat(resolved(tool, source(Platform.LINUX_AMD64)).get("deps/native.py"))
                .contains("x86_64");
        assertThat(arm).containsKeys("deps/pure.py", "deps/native-1.0.dist-info/METADATA");
        assertThat(arm.keySet())
                .noneMatch(file -> file.contains("__pycache__") || file.startsWith("deps/bin"))
                .noneMatch(file -> file.endsWith("RECORD") || file.endsWith("INSTALLER") || file.endsWith(".lock"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pip", "uv"})
    void environmentMarkersAreThoseOfTheImage(String tool) throws Exception {
        for (String name : List.of("onlinux", "onmac", "onarm", "oldpython", "newpython")) {
            wheel(name, "1.0", "py3-none-any", "");
        }
        requires(
                "onlinux; sys_platform == 'linux'",
                "onmac; sys_platform == 'darwin'",
                "onarm; platform_machine == 'aarch64'",
                "oldpython; python_version < '3.14'",
                "newpython; python_version >= '3.14'");
        Map<String, String> files = resolved(tool, source(Platform.LINUX_ARM64, Map.of("python_version", "3.14")));
        assertThat(files).containsKeys("deps/onlinux.py", "deps/onarm.py", "deps/newpython.py");
        assertThat(files).doesNotContainKeys("deps/onmac.py", "deps/oldpython.py");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pip", "uv"})
    void whatWasInstalledIsTold(String tool) throws Exception {
        wheel("Some_Package", "1.2.3", "py3-none-any", "License-Expression: Apache-2.0\n");
        requires("some-package");
        Path into = Files.createDirectory(folder.resolve("into"));
        assertThat(toolchain(tool).resolve(source(Platform.LINUX_AMD64), into, log::add))
                .containsExactly(new Component("Some_Package", "1.2.3", "pkg:pypi/some-package@1.2.3", "Apache-2.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pip", "uv"})
    void aPackageWithoutAFittingWheelIsNamed(String tool) throws Exception {
        wheel("native", "1.0", "cp312-cp312-macosx_11_0_arm64", "");
        requires("native==1.0");
        assertThatThrownBy(() -> resolved(tool, source(Platform.LINUX_ARM64)))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("wheel"))
                .hasMessageContainingAll("function thumb", "no wheel of native", "CPython 3.12", "aarch64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pip", "uv"})
    void forThisMachineItsInterpreterDecides(String tool) throws Exception {
        wheel("pure", "2.0", "py3-none-any", "");
        requires("pure");
        Map<String, String> files = resolved(tool, source(Platform.ofHost()));
        assertThat(files).containsKeys("deps/pure.py");
        assertThat(files.keySet()).anyMatch(file -> file.startsWith("deps/__pycache__/pure.") && file.endsWith(".pyc"));
        assertThat(String.join("", files.values())).doesNotContain(folder.toString());
        assertThat(resolved(tool, source(Platform.ofHost()))).isEqualTo(files);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pip", "uv"})
    void theSamePackagesAreTheSameFilesWhoeverInstallsThem(String tool) throws Exception {
        wheel("pure", "2.0", "py3-none-any", "");
        requires("pure");
        assertThat(resolved(tool, source(Platform.LINUX_AMD64)))
                .isEqualTo(resolved("pip", source(Platform.LINUX_AMD64)));
    }

    @Test
    void modulesOfTheFunctionDoNotGetInPipsWay() throws Exception {
        wheel("pure", "2.0", "py3-none-any", "");
        requires("pure");
        Files.writeString(handler.resolve("logging.py"), "raise SystemExit('shadowed')\n");
        Files.writeString(handler.resolve("runpy.py"), "raise SystemExit('shadowed')\n");
        assertThat(resolved("pip", source(Platform.LINUX_AMD64))).containsKeys("deps/pure.py");
        assertThat(resolved("pip", source(Platform.ofHost()))).containsKeys("deps/pure.py");
    }

    @Test
    void aUvThatDoesNotWorkIsPassedOver() throws Exception {
        wheel("pure", "2.0", "py3-none-any", "");
        requires("pure");
        PythonToolchain python = toolchain("pip", "#!/bin/sh\nexit 127\n");
        Path into = Files.createTempDirectory(folder, "into");
        assertThat(python.resolve(source(Platform.LINUX_AMD64), into, log::add)).hasSize(1);
    }

    @Test
    void withoutPythonTheFailureTellsHowToGetIt() throws IOException {
        PythonToolchain nothing = new PythonToolchain(environment(Map.of("PATH", folder.toString())));
        assertThatThrownBy(() -> nothing.dependencyKey(source(Platform.ofHost())))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.next()).contains("install"))
                .hasMessageContainingAll("thumb", "python3");
        assertThat(nothing.dependencyKey(source(Platform.LINUX_AMD64))).isEmpty();
    }

    /** Relative paths and contents of what the tool installs. */
    private Map<String, String> resolved(String tool, FunctionSource source) throws Exception {
        Path into = Files.createTempDirectory(folder, "into");
        toolchain(tool).resolve(source, into, log::add);
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(into)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(into.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    /** A toolchain that finds the given tool: for pip a PATH on which there is python3 and no uv. */
    private PythonToolchain toolchain(String tool) throws IOException {
        return toolchain(tool, null);
    }

    private PythonToolchain toolchain(String tool, @Nullable String brokenUv) throws IOException {
        Programs here = new Programs(System.getenv());
        assumeTrue(tool.equals("pip") || here.find("uv").isPresent(), "there is no uv on the PATH");
        Path tools = Files.createTempDirectory(folder, "tools");
        for (String name : tool.equals("uv") ? List.of("python3", "uv") : List.of("python3")) {
            // What a version manager puts on the PATH finds itself by its own name: a script calls it, a link would
            // not.
            Path caller = Files.writeString(
                    tools.resolve(name), "#!/bin/sh\nexec " + here.find(name).orElseThrow() + " \"$@\"\n");
            assertThat(caller.toFile().setExecutable(true)).isTrue();
        }
        if (brokenUv != null) {
            Path uv = Files.writeString(tools.resolve("uv"), brokenUv);
            assertThat(uv.toFile().setExecutable(true)).isTrue();
        }
        Map<String, String> variables = new HashMap<>(System.getenv());
        String path = Stream.of(System.getenv("PATH").split(":"))
                .filter(entry -> !Files.exists(Path.of(entry, "uv")))
                .reduce(tools.toString(), (all, entry) -> all + ":" + entry);
        variables.putAll(Map.of(
                "PATH",
                path,
                "PIP_NO_INDEX",
                "1",
                "PIP_FIND_LINKS",
                index.toString(),
                "UV_NO_INDEX",
                "1",
                "UV_FIND_LINKS",
                index.toString(),
                "UV_CACHE_DIR",
                folder.resolve("uv-cache").toString(),
                "UV_OFFLINE",
                "1"));
        return new PythonToolchain(environment(variables));
    }

    private Environment environment(Map<String, String> variables) {
        return new Environment(variables, folder, folder, Environment.Terminal.NONE);
    }

    private FunctionSource source(Platform platform) {
        return source(platform, Map.of("python_version", "3.12"));
    }

    private FunctionSource source(Platform platform, Map<String, String> settings) {
        return new FunctionSource("thumb", handler, folder, folder, platform, settings, Map.of());
    }

    private void requires(String... lines) throws IOException {
        Files.write(handler.resolve("requirements.txt"), List.of(lines));
    }

    /** A wheel (PEP 427) with one module, which holds the wheel's tag, and one console script. */
    private void wheel(String name, String version, String tag, String metadata) throws IOException {
        String module = name.toLowerCase(java.util.Locale.ROOT);
        String info = name + "-" + version + ".dist-info/";
        Map<String, String> files = new TreeMap<>();
        files.put(module + ".py", "TAG = '" + tag + "'\ndef main():\n    pass\n");
        files.put(
                info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n" + metadata);
        StringBuilder tags = new StringBuilder();
        String[] parts = tag.split("-", 3);
        for (String platform : parts[2].split("\\.")) {
            tags.append("Tag: ")
                    .append(parts[0])
                    .append('-')
                    .append(parts[1])
                    .append('-')
                    .append(platform)
                    .append('\n');
        }
        files.put(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n" + tags);
        files.put(info + "entry_points.txt", "[console_scripts]\n" + module + " = " + module + ":main\n");
        StringBuilder record = new StringBuilder();
        files.keySet().forEach(file -> record.append(file).append(",,\n"));
        files.put(info + "RECORD", record + info + "RECORD,,\n");
        try (ZipOutputStream zip =
                new ZipOutputStream(Files.newOutputStream(index.resolve(name + "-" + version + "-" + tag + ".whl")))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
