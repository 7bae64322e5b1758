package dev.vfaas.image.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.support.Compilers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real Maven and the real compiler. */
class JavaToolchainTest {
    private static final Path TEMPLATE = Path.of("templates/java25").toAbsolutePath();
    private static final Path SERVER = Path.of("templates/servers/java").toAbsolutePath();
    private static final String HANDLER = "src/main/java/com/openfaas/function/Handler.java";

    private final List<String> log = new ArrayList<>();
    private Path folder;
    private JavaToolchain java;

    @BeforeAll
    static void compiler() throws IOException, InterruptedException {
        Compilers.maven();
    }

    @BeforeEach
    void scaffold(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.java = new JavaToolchain(environment(System.getenv()));
        for (String file : List.of("pom.xml", HANDLER, "src/test/java/com/openfaas/function/HandlerTest.java")) {
            Path copy = folder.resolve("hello").resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(TEMPLATE.resolve("function").resolve(file), copy);
        }
    }

    private Environment environment(Map<String, String> variables) {
        Map<String, String> own = new HashMap<>(variables);
        own.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        return new Environment(own, folder, folder, Environment.Terminal.NONE);
    }

    private FunctionSource source(Platform platform, Map<String, String> settings) {
        return new FunctionSource("hello", folder.resolve("hello"), TEMPLATE, SERVER, platform, settings, Map.of());
    }

    private Path compiled(Platform platform) throws IOException, InterruptedException {
        Path into = Files.createTempDirectory(folder, "into");
        java.compile(source(platform, Map.of()), into, log::add);
        return into;
    }

    @Test
    void compilesHandlerAndServerTheSameWayTwice() throws Exception {
        Path linux = compiled(Platform.LINUX_AMD64);
        Files.writeString(folder.resolve("hello/target/classes/stale.txt"), "of an earlier build");
        Path arm = compiled(Platform.LINUX_ARM64);

        assertThat(files(linux)).containsExactly("function/function.jar", "run.sh", "server/server.jar");
        assertThat(entries(linux.resolve("function/function.jar")))
                .containsExactly("com/openfaas/function/Handler.class");
        assertThat(entries(linux.resolve("server/server.jar")))
                .contains("com/openfaas/model/IRequest.class", "dev/vfaas/function/Main.class");
        for (String file : files(linux)) {
            assertThat(Files.mismatch(linux.resolve(file), arm.resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void forThisMachineItNamesTheJdkThatCompiled() throws Exception {
        Path home = Path.of(Files.readString(compiled(Platform.ofHost()).resolve("server/java.home"))
                .strip());

        assertThat(home.resolve("bin/java")).isExecutable();
    }

    @Test
    void runtimeDependenciesGoIntoTheImageAndOthersDoNot() throws Exception {
        Path pom = folder.resolve("hello/pom.xml");
        Files.writeString(pom, Files.readString(pom).replace("<dependencies>", """
                                <dependencies>
                                  <dependency>
                                    <groupId>org.jspecify</groupId>
                                    <artifactId>jspecify</artifactId>
                                    <version>1.0.1</version>
                                  </dependency>
                                """));
        Path into = Files.createDirectory(folder.resolve("resolved"));

        List<Component> components = java.resolve(source(Platform.LINUX_AMD64, Map.of()), into, log::add);

        assertThat(files(into)).containsExactly("lib/jspecify-1.0.1.jar");
        assertThat(components)
                .containsExactly(new Component(
                        "org.jspecify:jspecify",
                        "1.0.1",
                        "pkg:maven/org.jspecify/jspecify@1.0.1",
                        "The Apache License, Version 2.0"));
    }

    @Test
    void theDependencyKeyFollowsThePom() throws Exception {
        FunctionSource source = source(Platform.LINUX_AMD64, Map.of());
        String before = java.dependencyKey(source);
        Files.writeString(folder.resolve("hello").resolve(HANDLER), "changed");
        assertThat(java.dependencyKey(source)).isEqualTo(before);

        Files.writeString(folder.resolve("hello/pom.xml"), "<project/>");
        assertThat(java.dependencyKey(source)).isNotEqualTo(before);
    }

    @Test
    void aFailedCompilationCarriesTheCompilersLines() throws Exception {
        Path handler = folder.resolve("hello").resolve(HANDLER);
        Files.writeString(handler, Files.readString(handler).replace("request.getBody()", "request.getNothing()"));

        assertThatThrownBy(() -> compiled(Platform.LINUX_AMD64))
                .isInstanceOf(Failure.class)
                .hasMessageEndingWith("""
                        :
                        src/main/java/com/openfaas/function/Handler.java:[15,44] cannot find symbol
                          symbol:   method getNothing()
                          location: variable request of type com.openfaas.model.IRequest""");
    }

    @Test
    void withoutMavenItSaysHowToGetIt() {
        Map<String, String> bare = new HashMap<>(System.getenv());
        bare.put("PATH", folder.toString());

        assertThatThrownBy(() -> new JavaToolchain(environment(bare))
                        .compile(source(Platform.LINUX_AMD64, Map.of()), folder, log::add))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.text()).contains("hello", "no mvn on the PATH and no mvnw in");
                    assertThat(failure.next()).contains("apt install maven");
                });
    }

    @Test
    void theWrapperOfTheFolderComesFirst() throws Exception {
        Files.writeString(
                folder.resolve("hello/mvnw"), "#!/bin/sh\necho \"[ERROR] wrapper with $JAVA_HOME\"\nexit 1\n");

        assertThatThrownBy(() -> compiled(Platform.LINUX_AMD64))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("wrapper with /");
    }

    @Test
    void withoutAJdkThatIsNewEnoughItSaysHowToGetOne() {
        assertThatThrownBy(() -> java.compilerKey(source(Platform.LINUX_AMD64, Map.of("java_version", "99"))))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.text()).contains("needs a JDK 99 or newer");
                    assertThat(failure.next()).contains("apt install");
                });
    }

    private static List<String> files(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private static List<String> entries(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.stream().map(entry -> entry.getName()).toList();
        }
    }
}
