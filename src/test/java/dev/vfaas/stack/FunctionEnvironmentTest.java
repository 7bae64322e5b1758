package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionEnvironmentTest {
    @TempDir
    private Path directory;

    private Map<String, String> merged(String files, Map<String, String> flags) {
        String text =
                "provider: {name: openfaas}\nfunctions:\n  f:\n    image: f\n    environment: {A: stack, B: stack}\n"
                        + "    environment_file: [" + files + "]\n";
        Stack stack = new StackLoader(Variables.of(Map.of()))
                .load(
                        new StackSource.Stream(
                                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), directory),
                        StackOptions.DEFAULT);
        return new FunctionEnvironment(stack).of(stack.function("f"), flags);
    }

    private Map<String, String> file(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
        return merged(name, Map.of());
    }

    @Test
    void laterWins() throws IOException {
        Files.createDirectory(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub/one.yml"), "environment:\n  B: one\n  C: one\n  D: one\n");
        Files.writeString(directory.resolve("two.env"), "C=two\nD=two\n");
        assertThat(merged("sub/one.yml, two.env", Map.of("D", "flag", "E", "flag")))
                .containsExactly(
                        entry("A", "stack"),
                        entry("B", "one"),
                        entry("C", "two"),
                        entry("D", "flag"),
                        entry("E", "flag"));
    }

    @Test
    void yamlScalarsAreTheirText() throws IOException {
        assertThat(file("e.yml", "# secret\nenvironment:\n  B: 1.10\n  C: true\n  D:\n  E: ${HOME}\nx-y: 1\n"))
                .containsExactly(
                        entry("A", "stack"),
                        entry("B", "1.10"),
                        entry("C", "true"),
                        entry("D", ""),
                        entry("E", "${HOME}"));
        assertThat(file("e.yml", "")).containsOnlyKeys("A", "B");
        assertThat(file("e.yml", "environment:\n")).containsOnlyKeys("A", "B");
    }

    @Test
    void dotenv() throws IOException {
        String text = """
                # a comment

                A=plain value
                export B=exported
                C =  spaces around  # a comment
                D=no#comment
                E='single $X \\n # "raw"' # a comment
                F="double \\"quoted\\" \\\\ \\n \\t \\$X ${Y} \\z"
                G="two
                lines"
                H=
                I=a=b
                  J_1.x-y=z
                K=# nothing
                L="" """;
        assertThat(file(".env", text.replace("\n", "\r\n").replace("two\r\n", "two\n")))
                .containsExactly(
                        entry("A", "plain value"),
                        entry("B", "exported"),
                        entry("C", "spaces around"),
                        entry("D", "no#comment"),
                        entry("E", "single $X \\n # \"raw\""),
                        entry("F", "double \"quoted\" \\ \n \t $X ${Y} \\z"),
                        entry("G", "two\nlines"),
                        entry("H", ""),
                        entry("I", "a=b"),
                        entry("J_1.x-y", "z"),
                        entry("K", ""),
                        entry("L", ""));
    }

    @Test
    void wrongFilesSayWhy() throws IOException {
        assertThat(FailureText.of(() -> merged("none.env", Map.of())))
                .isEqualTo("the environment_file of f (<stdin>), none.env does not exist");
        assertThat(FailureText.of(() -> file("e.env", "A=1\nnonsense\n2B=x\nC='open\n")))
                .isEqualTo("""
                        e.env has 3 errors
                        e.env:2:1: a line must be KEY=VALUE, where KEY has letters, digits and underscores
                          2 | nonsense
                            | ^
                        e.env:3:1: a line must be KEY=VALUE, where KEY has letters, digits and underscores
                          3 | 2B=x
                            | ^
                        e.env:4:3: the quote that begins here does not end
                          4 | C='open
                            |   ^""");
        assertThat(FailureText.of(() -> file("e.env", "A='x'y"))).startsWith("e.env:1:6: there is text behind");
        assertThat(FailureText.of(() -> file("e.yml", "environment: [a]\n")))
                .startsWith("e.yml:1:14: environment must be a mapping");
        assertThat(FailureText.of(() -> file("e.yml", "enviroment: {}\n")))
                .startsWith("e.yml:1:1: unknown key \"enviroment\"; did you mean \"environment\"?");
        assertThat(FailureText.of(() -> file("e.yml", "words\n")))
                .startsWith("e.yml:1:1: neither lines KEY=VALUE nor YAML with a mapping environment:");
    }
}
