package dev.vfaas.image.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.support.Compilers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real go compiles; machine code for both architectures is looked at, not run. */
class GoToolchainTest {
    private static final Path TEMPLATE = Path.of("templates/go").toAbsolutePath();
    private static final Path SERVER = Path.of("templates/servers/go").toAbsolutePath();

    private final GoToolchain go = new GoToolchain(Environment.ofProcess());
    private final List<String> log = new ArrayList<>();
    private Path folder;

    @BeforeAll
    static void compiler() throws IOException, InterruptedException {
        Compilers.go();
    }

    @BeforeEach
    void scaffold(@TempDir Path folder) throws IOException {
        this.folder = folder;
        for (String name : List.of("one", "two")) {
            Files.createDirectory(folder.resolve(name));
            for (String file : List.of("go.mod", "handler.go", "handler_test.go")) {
                Files.copy(
                        TEMPLATE.resolve("function").resolve(file),
                        folder.resolve(name).resolve(file));
            }
        }
    }

    private FunctionSource source(String name, Platform platform) {
        return new FunctionSource(name, folder.resolve(name), TEMPLATE, SERVER, platform, Map.of(), Map.of());
    }

    private Path compiled(FunctionSource source) throws IOException, InterruptedException {
        Path into = Files.createTempDirectory(folder, "into");
        go.compile(source, into, log::add);
        return into;
    }

    @Test
    void sameSourcesInAnotherFolderMakeTheSameBinary() throws Exception {
        Path one = compiled(source("one", Platform.ofHost())).resolve("function");
        Path two = compiled(source("two", Platform.ofHost())).resolve("function");

        assertThat(one).isExecutable();
        assertThat(Files.mismatch(one, two)).isEqualTo(-1);
        assertThat(new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1))
                .as("no path of this machine in it")
                .doesNotContain(folder.toString());
    }

    @Test
    void compilesForTheImagesMachine() throws Exception {
        assertThat(machine(compiled(source("one", Platform.LINUX_AMD64)))).isEqualTo(0x3e);
        assertThat(machine(compiled(source("one", Platform.LINUX_ARM64)))).isEqualTo(0xb7);
    }

    /** e_machine of the ELF header. */
    private static int machine(Path into) throws IOException {
        byte[] header = new byte[20];
        try (var file = Files.newInputStream(into.resolve("function"))) {
            assertThat(file.readNBytes(header, 0, 20)).isEqualTo(20);
        }
        return header[18] & 0xff | (header[19] & 0xff) << 8;
    }

    @Test
    void takesAModuleOfAnotherNameAndAFolderWithoutOne() throws Exception {
        Files.writeString(folder.resolve("one/go.mod"), "module example.com/shop/hello\n\ngo 1.22\n");
        Files.delete(folder.resolve("two/go.mod"));

        assertThat(compiled(source("one", Platform.ofHost())).resolve("function"))
                .exists();
        assertThat(compiled(source("two", Platform.ofHost())).resolve("function"))
                .exists();
        assertThat(folder.resolve("two"))
                .as("nothing of ours is left in the folder")
                .isDirectoryNotContaining("glob:**{go.mod,vfaas*}");
    }

    @Test
    void takesAModuleBesideTheFolder() throws Exception {
        Path library = Files.createDirectory(folder.resolve("library"));
        Files.writeString(library.resolve("go.mod"), "module example.com/library\n\ngo 1.22\n");
        Files.writeString(library.resolve("library.go"), "package library\n\nconst Word = \"x\"\n");
        Files.writeString(folder.resolve("one/go.mod"), """
                module handler/function

                go 1.22

                require example.com/library v0.0.0

                replace example.com/library => ../library
                """);
        Files.writeString(folder.resolve("one/handler.go"), """
                package function

                import (
                	"io"
                	"net/http"

                	"example.com/library"
                )

                func Handle(w http.ResponseWriter, r *http.Request) { io.WriteString(w, library.Word) }
                """);

        assertThat(compiled(source("one", Platform.ofHost())).resolve("function"))
                .exists();
    }

    @Test
    void filesThatAreNotSourceLieBesideTheBinary() throws Exception {
        Files.createDirectories(folder.resolve("one/pages"));
        Files.createDirectories(folder.resolve("one/.git"));
        Files.writeString(folder.resolve("one/pages/index.html"), "<p>");
        Files.writeString(folder.resolve("one/.git/HEAD"), "x");

        Path into = compiled(source("one", Platform.ofHost()));

        try (var files = Files.walk(into)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> into.relativize(file).toString()))
                    .containsExactlyInAnyOrder("function", "pages/index.html");
        }
    }

    @Test
    void aFailedCompilationCarriesTheCompilersLines() throws Exception {
        Files.writeString(folder.resolve("one/handler.go"), "package function\n\nfunc Handle() { undefinedThing() }\n");

        assertThatThrownBy(() -> compiled(source("one", Platform.ofHost())))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("handler.go:3:17: undefined: undefinedThing");
        assertThat(log).anyMatch(line -> line.contains("undefinedThing"));
    }

    @Test
    void withoutGoItSaysHowToGetIt() {
        Map<String, String> bare = new HashMap<>(System.getenv());
        bare.put("PATH", folder.toString());

        assertThatThrownBy(() -> new GoToolchain(new Environment(bare, folder, folder, Environment.Terminal.NONE))
                        .compilerKey(source("one", Platform.ofHost())))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.text()).contains("one", "no go on the PATH");
                    assertThat(failure.next()).contains("apt install golang");
                });
    }

    @Test
    void theKeyNamesTheCompiler() {
        assertThat(go.compilerKey(source("one", Platform.ofHost()))).startsWith("go1.");
    }
}
