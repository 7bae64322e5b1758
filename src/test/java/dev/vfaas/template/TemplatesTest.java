package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.console.Failure;
import dev.vfaas.stack.FailureText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TemplatesTest {
    private static final Path SOURCES = Path.of(System.getProperty("vfaas.basedir", "."), "templates");

    @TempDir
    private Path directory;

    static List<String> builtIn() {
        return new Templates(Path.of("/nowhere")).builtIn();
    }

    private static List<String> filesOf(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> !file.contains("__pycache__") && !file.contains("node_modules/"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> paths(List<TemplateFile> files) {
        return files.stream().map(TemplateFile::path).toList();
    }

    @Test
    void theIndexListsEveryTemplate() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES)) {
            assertThat(builtIn())
                    .containsExactlyElementsOf(folders.filter(path -> Files.exists(path.resolve("template.yml")))
                            .map(path -> path.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void everyBuiltInTemplateIsWhole(String name) throws IOException {
        Template template = new Templates(directory).find(name);
        assertThat(template.name()).isEqualTo(name);
        assertThat(template.builtIn()).isTrue();
        assertThat(template.recipe().language()).isNotBlank();
        assertThat(template.recipe().welcomeMessage()).isNotBlank();
        assertThat(SOURCES.resolve(name).resolve("README.md")).isNotEmptyFile();
        assertThat(paths(template.scaffold()))
                .as("the scaffold lists the files of function/")
                .isNotEmpty()
                .isEqualTo(filesOf(SOURCES.resolve(name).resolve("function")));
        List<String> listed = new ArrayList<>(paths(template.files()));
        listed.addAll(List.of("README.md", "template.yml"));
        assertThat(filesOf(SOURCES.resolve(name)).stream()
                        .filter(file -> !file.startsWith("function/"))
                        .toList())
                .as("files lists the template's own code")
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void everyServerListsItsFiles(String name) throws IOException {
        Template template = new Templates(directory).find(name);
        String server = template.recipe().server();
        if (server == null) {
            assertThat(template.serverFiles()).isEmpty();
            return;
        }
        List<String> listed = new ArrayList<>(paths(template.serverFiles()));
        listed.add("files.yml");
        assertThat(filesOf(SOURCES.resolve(name).resolve(server).normalize()))
                .filteredOn(
                        file -> !file.endsWith("_test.go") && !file.startsWith("test/") && !file.endsWith("README.md"))
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    @Test
    void filesAreExtracted() throws IOException {
        Template template = new Templates(directory).find("python3");
        template.extractTo(directory.resolve("code"));
        template.extractServerTo(directory.resolve("server"));
        assertThat(directory.resolve("code/index.py")).hasSameBinaryContentAs(SOURCES.resolve("python3/index.py"));
        assertThat(filesOf(directory.resolve("server"))).isEqualTo(paths(template.serverFiles()));
        new Templates(directory).find("dockerfile").extractServerTo(directory.resolve("none"));
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void aFolderOfOpenFaasLayoutComesFirst() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("template/python3/function/sub"))
                .getParent();
        Files.writeString(folder.resolveSibling("template.yml"), """
                language: python3
                fprocess: python index.py
                mount_ssh: true
                unknown: {a: b}
                build_options:
                  - name: dev
                    packages: [make, gcc]
                welcome_message: |
                  Hello
                """);
        Files.writeString(folder.resolveSibling("Dockerfile"), "FROM scratch\n");
        Files.writeString(folder.resolveSibling("index.py"), "");
        Files.writeString(folder.resolve("handler.py"), "");
        Files.writeString(folder.resolve("sub/x.sh"), "#!/bin/sh\n");
        assertThat(folder.resolve("sub/x.sh").toFile().setExecutable(true)).isTrue();
        Template template = new Templates(directory).find("python3");
        assertThat(template.builtIn()).isFalse();
        assertThat(template.recipe().toolchain()).isEqualTo("dockerfile");
        assertThat(template.recipe().fprocess()).isEqualTo("python index.py");
        assertThat(template.recipe().buildOptions()).containsEntry("dev", List.of("make", "gcc"));
        assertThat(template.recipe().welcomeMessage()).isEqualTo("Hello\n");
        assertThat(paths(template.files())).containsExactly("Dockerfile", "index.py");
        assertThat(paths(template.scaffold())).containsExactly("handler.py", "sub/x.sh");
        assertThat(template.scaffold().getLast().executable()).isTrue();
        assertThat(new Templates(directory).local()).containsExactly("python3");
        template.extractTo(directory.resolve("out"));
        assertThat(directory.resolve("out/Dockerfile")).exists();
    }

    @Test
    void anotherHandlerFolderIsRead() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("template/t/src"));
        Files.writeString(folder.resolveSibling("template.yml"), "language: x\nhandler_folder: src\n");
        Files.writeString(folder.resolveSibling("Dockerfile"), "");
        Files.writeString(folder.resolve("a"), "");
        Template template = new Templates(directory).find("t");
        assertThat(paths(template.scaffold())).containsExactly("a");
        assertThat(paths(template.files())).containsExactly("Dockerfile");
    }

    @Test
    void unknownTemplatesAreAnsweredWithTheNearestAndAll() {
        assertThat(FailureText.of(() -> new Templates(directory).find("pyton3")))
                .startsWith("there is no template \"pyton3\"; did you mean \"python3\"?\ntemplates: dockerfile, go,");
        for (String[] pair : new String[][] {
            {"golang-middleware", "go"}, {"node20", "node22"}, {"java11", "java25"}, {"python3-flask", "python3"}
        }) {
            assertThat(FailureText.of(() -> new Templates(directory).find(pair[0])))
                    .contains("did you mean \"" + pair[1] + "\"?");
        }
        for (String bad : List.of("../servers", "servers", "servers/python", "", "a/b", "cobol", "python3@1")) {
            assertThat(FailureText.of(() -> new Templates(directory).find(bad)))
                    .startsWith("there is no template \"" + bad + "\"");
        }
        assertThat(new Templates(directory).find("Dockerfile").name()).isEqualTo("dockerfile");
    }

    @Test
    void wrongTemplateFilesSayWhere() throws IOException {
        Path file = Files.createDirectories(directory.resolve("template/t")).resolve("template.yml");
        Files.writeString(file, "language: x\n");
        assertThat(FailureText.of(() -> new Templates(directory).find("t")))
                .startsWith(file + ":1:1: the template \"t\" has neither a toolchain nor a Dockerfile");
        Files.writeString(file, "toolchain: pyton\n");
        assertThat(FailureText.of(() -> new Templates(directory).find("t")))
                .contains("toolchain must be one of python, node, java, go, dockerfile");
        Files.writeString(file, "toolchain: go\nentripoint: [x]\ngo_version: 1.10\nfiles: [../x, /y]\n");
        assertThat(FailureText.of(() -> new Templates(directory).find("t")))
                .contains("unknown key \"entripoint\"; did you mean \"entrypoint\"?")
                .contains("files \"../x\" must lie in the template's folder")
                .contains("files \"/y\" must lie in the template's folder")
                .contains("there is no entrypoint");
        Files.writeString(file, "toolchain: go\nentrypoint: [./x]\ngo_version: 1.10\nfiles: [none]\n");
        Template template = new Templates(directory).find("t");
        assertThat(template.recipe().settings()).containsEntry("go_version", "1.10");
        assertThat(catchThrowableOfType(Failure.class, template::files).text())
                .contains("has no file none")
                .contains("though it lists it");
    }
}
