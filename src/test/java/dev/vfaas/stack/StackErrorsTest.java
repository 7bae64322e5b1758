package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each wrong file in src/test/resources/stack-errors has beside it, as .txt, what a person is told (GOLDEN_WRITE=1 writes them). */
class StackErrorsTest {
    private static final Path FILES =
            Path.of(System.getProperty("vfaas.basedir", "."), "src/test/resources/stack-errors");

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".yml"))
                    .map(name -> name.replace(".yml", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void sayWhatIsWrong(String name) throws IOException {
        StackLoader loader = new StackLoader(Variables.of(Map.of()));
        StackSource source = new StackSource.File("stack.yml", FILES.resolve(name + ".yml"));
        String told = FailureText.of(() -> loader.load(source, StackOptions.DEFAULT));
        Path golden = FILES.resolve(name + ".txt");
        if (System.getenv("GOLDEN_WRITE") != null) {
            Files.writeString(golden, told + "\n");
        }
        assertThat(told + "\n").isEqualTo(Files.readString(golden));
    }
}
