package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The three launchers start the same commands with the same jars. */
class LaunchersTest {
    private static final Path SCRIPTS = Path.of("scripts");

    @TempDir
    Path lib;

    @Test
    void allKnowTheSameQuickCommandsAndTheSameBuildingOnes() throws IOException {
        List<String> archive = words("launcher/vfaas", "case \\$\\{1-} in.*?\\n(.*?)\\)", "\\|");
        assertThat(archive).contains("list", "invoke", "--version").doesNotContain("up");
        assertThat(words("vfaas", "case \\$\\{1-} in.*?\\n(.*?)\\)", "\\|")).isEqualTo(archive);
        assertThat(words("launcher/vfaas.cmd", "for %%C in \\((list .*?)\\)", " +"))
                .isEqualTo(archive);

        List<String> building = words("launcher/vfaas", "case \" \\$\\* \" in.*?\\n(.*?)\\)", "\\|").stream()
                .map(word -> word.replaceAll("[*\" ]", ""))
                .toList();
        assertThat(words("launcher/vfaas.cmd", "for %%C in \\((up .*?)\\)", " +"))
                .isEqualTo(building);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void thoseForWindowsGetTheSameJarsInTheSameOrder() throws IOException, InterruptedException {
        for (String name : List.of("vfaas.jar", "picocli-1.jar", "netty-buffer-1.jar", "jib-core-1.jar", "zed-1.jar")) {
            Files.createFile(lib.resolve(name));
        }
        Map<String, String> posix = new LinkedHashMap<>();
        for (String line : classPaths(lib.toString())) {
            String[] parts = line.split("=", 2);
            posix.put(parts[0], parts[1].replace("\"", "").replace("$quick", posix.getOrDefault("quick", "")));
        }
        Map<String, String> windows = new LinkedHashMap<>();
        for (String line : classPaths("--windows", lib.toString())) {
            Matcher set = Pattern.compile("set \"([A-Z_]+)=(.*)\"").matcher(line);
            assertThat(set.matches()).as(line).isTrue();
            String value = set.group(2);
            for (var known : windows.entrySet()) {
                value = value.replace("%" + known.getKey() + "%", known.getValue());
            }
            windows.put(set.group(1), value);
        }
        assertThat(jars(windows.get("VFAAS_DIST_QUICK"), ";")).isEqualTo(jars(posix.get("quick"), ":"));
        assertThat(jars(windows.get("VFAAS_DIST_FULL"), ";"))
                .isEqualTo(jars(posix.get("full"), ":"))
                .containsExactly("vfaas.jar", "picocli-1.jar", "zed-1.jar", "jib-core-1.jar", "netty-buffer-1.jar");
    }

    private static List<String> jars(String classPath, String separator) {
        return Arrays.stream(classPath.split(separator))
                .map(path -> path.replace("$jar", "/vfaas.jar").replaceAll("^.*[/\\\\]", ""))
                .toList();
    }

    private static List<String> words(String script, String pattern, String separator) throws IOException {
        Matcher found = Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(SCRIPTS.resolve(script)));
        assertThat(found.find()).as(script).isTrue();
        return Arrays.stream(found.group(1).replace("\\\n", "").split(separator))
                .map(String::strip)
                .toList();
    }

    private static List<String> classPaths(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("bash", SCRIPTS.resolve("class-paths").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
