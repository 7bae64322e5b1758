package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The built-in templates are read from a jar by lists of their files; the lists must say what the folders hold. */
class BuiltInTemplatesTest {
    private static final Path SOURCES = TemplateContractTest.templates();

    /** Beside the files of an image: what people and the tool read. */
    private static final Set<String> NOT_IN_THE_IMAGE = Set.of("README.md", "template.yml", "files.yml");

    private final Templates templates = new Templates(Path.of("."));

    static List<String> names() {
        return new Templates(Path.of(".")).builtIn();
    }

    @Test
    void theIndexNamesEveryFolder() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES)) {
            assertThat(folders.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString())
                            .filter(name -> !name.equals("servers")))
                    .containsExactlyInAnyOrderElementsOf(names());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void listsNameEveryFile(String name) throws IOException {
        Template template = templates.find(name);
        assertThat(paths(template.files())).isEqualTo(filesOf(SOURCES.resolve(name), "function"));
        assertThat(paths(template.scaffold()))
                .isEqualTo(filesOf(SOURCES.resolve(name).resolve("function"), "-"));
        String server = template.recipe().server();
        if (server != null) {
            Path folder = SOURCES.resolve(name).resolve(server).normalize();
            assertThat(paths(template.serverFiles())).isEqualTo(filesOf(folder, "-"));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachHasAReadmeAndNotes(String name) {
        assertThat(SOURCES.resolve(name).resolve("README.md")).isNotEmptyFile();
        assertThat(templates.find(name).recipe().welcomeMessage()).isNotBlank();
    }

    private static Set<String> paths(List<TemplateFile> files) {
        return files.stream().map(TemplateFile::path).collect(Collectors.toSet());
    }

    private static Set<String> filesOf(Path folder, String without) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .filter(path -> !NOT_IN_THE_IMAGE.contains(path) && !path.startsWith(without + "/"))
                    .filter(path -> !path.contains("__pycache__"))
                    .collect(Collectors.toSet());
        }
    }
}
