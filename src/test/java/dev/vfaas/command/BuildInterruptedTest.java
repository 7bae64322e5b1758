package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while {@code vfaas build} waits for a package manager: the process ends with 130, what it started has ended, nothing half made stays. */
@EnabledOnOs(OS.LINUX)
class BuildInterruptedTest {
    @TempDir
    Path home;

    @Test
    void nothingHalfMadeStays() throws IOException, InterruptedException {
        Tool.Outcome made = new Tool(home).run("new", "hello", "--lang", "node22");
        assertThat(made.exitCode()).as(made.err()).isZero();
        Files.writeString(home.resolve("hello/package.json"), "{\"name\":\"x\",\"dependencies\":{\"left\":\"1.0.0\"}}");
        program("node", "echo v22.11.0");
        program("npm", """
                case "$*" in *--version*) echo 11.0.0; exit;; esac
                mkdir -p node_modules/left
                echo $$ >"$HOME/npm.new"; mv "$HOME/npm.new" "$HOME/npm.pid"
                sleep 600 & wait""");

        Path err = home.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        "/usr/bin/env",
                        "--default-signal=INT",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Duser.home=" + home,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.vfaas.Main",
                        "build",
                        "--platform",
                        "host")
                .directory(home.toFile())
                .redirectOutput(home.resolve("out.txt").toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
        builder.environment().put("HOME", home.toString());
        builder.environment().put("PATH", home.resolve("bin") + ":/usr/bin:/bin");
        Process build = builder.start();
        while (build.isAlive() && !Files.exists(home.resolve("npm.pid"))) {
            Thread.sleep(50);
        }
        assertThat(build.isAlive()).as(Files.readString(err)).isTrue();
        long npm = Long.parseLong(Files.readString(home.resolve("npm.pid")).strip());
        assertThat(work()).isNotEmpty();

        new ProcessBuilder("kill", "-INT", Long.toString(build.pid())).start().waitFor();

        assertThat(build.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(build.exitValue()).as(Files.readString(err)).isEqualTo(130);
        assertThat(Files.readString(err)).contains("interrupted").doesNotContain("Exception");
        assertThat(ProcessHandle.of(npm).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(work()).isEmpty();
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.createDirectories(home.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<Path> work() throws IOException {
        try (Stream<Path> entries = Files.list(home.resolve(".cache/vfaas/build/work"))) {
            return entries.toList();
        }
    }
}
