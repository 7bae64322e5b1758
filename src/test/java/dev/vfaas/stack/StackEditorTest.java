package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.yaml.SourceText;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackEditorTest {
    private static final NewFunction NEW = new NewFunction("new", "python3", "./new", "new:latest", null, null);
    private static final String BLOCK = "  new:\n    lang: python3\n    handler: ./new\n    image: new:latest\n";

    private static String append(String text) {
        return append(text, NEW);
    }

    private static String append(String text, NewFunction function) {
        return new StackEditor().append(new SourceText("stack.yml", text), function);
    }

    private static Stack load(String text) {
        return new StackLoader(Variables.of(Map.of("REG", "ghcr.io/me")))
                .load(
                        new StackSource.Stream(
                                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Path.of("/x")),
                        StackOptions.DEFAULT);
    }

    @Test
    void goesBehindTheLastFunctionAndBeforeWhatFollows() {
        String text = """
                # my functions
                version: 1.0
                provider:
                  name: openfaas   # always
                functions:
                  a:
                    lang: node22
                    handler: ./a
                    image: ${REG:-x}/a:latest # the image
                    # memory is enough

                  # b is gone

                # templates of ours
                configuration:
                  templates: []
                """;
        assertThat(append(text)).isEqualTo(text.replace("  # b is gone\n", "  # b is gone\n" + BLOCK));
    }

    @Test
    void keepsIndentationAndEmptyLinesBetweenFunctions() {
        String text = """
                provider: {name: openfaas}
                functions:
                    a:
                        image: a

                    b:
                        image: b
                """;
        String block = """

                    new:
                        lang: python3
                        handler: ./new
                        image: new:latest
                """;
        assertThat(append(text)).isEqualTo(text + block);
    }

    @Test
    void keepsWindowsLineEnds() {
        String text =
                "provider:\r\n  name: openfaas\r\nfunctions:\r\n  a:\r\n    image: a\r\nconfiguration:\r\n  copy: []\r\n";
        assertThat(append(text))
                .isEqualTo(text.replace("    image: a\r\n", "    image: a\r\n" + BLOCK.replace("\n", "\r\n")));
    }

    @Test
    void aMissingFinalLineEndStaysMissing() {
        assertThat(append("provider: {name: openfaas}\nfunctions:\n  a:\n    image: a"))
                .isEqualTo("provider: {name: openfaas}\nfunctions:\n  a:\n    image: a\n" + BLOCK.stripTrailing());
    }

    @Test
    void emptyFunctionsBecomeABlock() {
        for (String empty :
                List.of("functions: {}", "functions:", "functions: ~", "functions: null", "functions: { }")) {
            assertThat(append("provider: {name: openfaas}\n" + empty + " # none yet\nconfiguration: {}\n"))
                    .isEqualTo("provider: {name: openfaas}\nfunctions: # none yet\n" + BLOCK + "configuration: {}\n");
            assertThat(append("provider: {name: openfaas}\n" + empty))
                    .isEqualTo("provider: {name: openfaas}\nfunctions:\n" + BLOCK.stripTrailing());
        }
    }

    @Test
    void functionsThatAreNotThereComeAtTheEnd() {
        assertThat(append("provider:\n  name: openfaas\n"))
                .isEqualTo("provider:\n  name: openfaas\nfunctions:\n" + BLOCK);
    }

    @Test
    void flowStyleStaysFlowStyle() {
        assertThat(append("provider: {name: openfaas}\nfunctions: {a: {image: a}} # x\n"))
                .isEqualTo(
                        "provider: {name: openfaas}\nfunctions: {a: {image: a}, new: {lang: python3, handler: ./new, image:"
                                + " new:latest}} # x\n");
        assertThat(append("{\"provider\": {\"name\": \"openfaas\"}, \"functions\": {\"a\": {\"image\": \"a\"},\n}}"))
                .isEqualTo(
                        "{\"provider\": {\"name\": \"openfaas\"}, \"functions\": {\"a\": {\"image\": \"a\"}, new: {lang: python3,"
                                + " handler: ./new, image: new:latest},\n}}");
        assertThat(append("{provider: {name: openfaas}}"))
                .isEqualTo(
                        "{provider: {name: openfaas}, functions: {new: {lang: python3, handler: ./new, image: new:latest}}}");
    }

    @Test
    void quantitiesAreWritten() {
        NewFunction function = new NewFunction(
                "new", "go", "./new", "new:latest", new Quantities("64Mi", null), new Quantities("128Mi", "0.5"));
        assertThat(append("provider: {name: openfaas}\nfunctions:\n  a: {image: a}\n", function))
                .endsWith("""
                          a: {image: a}
                          new:
                            lang: go
                            handler: ./new
                            image: new:latest
                            requests:
                              memory: 64Mi
                            limits:
                              cpu: 0.5
                              memory: 128Mi
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./my folder",
                "./a: b",
                "./a #b",
                "./{a}",
                "./${A}",
                "./\"a\"",
                "./\\a",
                "./'",
                "./æ",
                "-",
                "@a",
                "C:\\a"
            })
    void strangePathsAreQuoted(String path) {
        NewFunction function = new NewFunction("new", "go", path, "new:latest", null, null);
        for (String text : List.of(
                "provider: {name: openfaas}\nfunctions:\n  a: {image: a}\n",
                "{provider: {name: openfaas}, functions: {a: {image: a}}}")) {
            assertThat(load(append(text, function)).function("new").handler()).isEqualTo(path);
        }
        assertThat(load(String.join("\n", function.file("http://127.0.0.1:8080")))
                        .function("new")
                        .handler())
                .isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "no", "null", "123", "1e3", "y", "on", "0x1f"})
    void namesThatLookLikeOtherTypesAreTheirText(String name) {
        NewFunction function = new NewFunction(name, "go", "./" + name, name + ":latest", null, null);
        assertThat(load(append("provider: {name: openfaas}\nfunctions:\n  a: {image: a}\n", function))
                        .functions()
                        .keySet())
                .containsExactly("a", name);
    }

    @Test
    void whatCannotBeEditedIsRefusedWithWhatToAdd() {
        assertThat(FailureText.of(() -> append("x: &f {}\nprovider: {name: openfaas}\nfunctions: *f\n")))
                .isEqualTo(
                        "the function cannot be added to stack.yml: its functions are an alias\nadd it yourself, below functions:\n"
                                + BLOCK.stripTrailing());
        assertThat(FailureText.of(() -> append("functions: [a]\n"))).contains("its functions are not a mapping");
        assertThat(FailureText.of(() -> append("functions: text\n"))).contains("its functions are not a mapping");
        assertThat(FailureText.of(() -> append("provider: {name: openfaas}\nfunctions: &f {}\nx: *f\n")))
                .contains("cannot be edited safely");
        assertThat(FailureText.of(() -> append("functions:\n  new: {image: a}\n")))
                .isEqualTo("function new already exists in stack.yml; a stack file cannot have two of the same name");
        assertThat(FailureText.of(() -> append("functions: {a: }\n---\na: b\n")))
                .contains("a second YAML document");
        assertThat(FailureText.of(() -> append("- a\n"))).contains("this is no stack file");
        assertThat(FailureText.of(() -> append(""))).contains("this is no stack file");
    }

    /** Every combination of heads, function lists, tails, line ends and final line ends. */
    static List<String> shapes() {
        List<String> heads = List.of(
                "provider:\n  name: openfaas\n",
                "%YAML 1.1\n---\nprovider: {name: openfaas}\n",
                "--- # stack\n# c\nx-base: &base {image: b}\nprovider: {name: openfaas}\n",
                "\n\n# æøå \uD83D\uDE00\nprovider: {name: openfaas, x-s: \"\uD83D\uDE00\"}\n");
        List<String> bodies = List.of(
                "",
                "functions:\n",
                "functions:  # none\n\n  # a: later\n",
                "functions: {}\n",
                "functions: {\n  # nothing\n}\n",
                "functions:\n  a: {image: a}\n",
                "functions:\n  a: {image: a} # c\n\n\n",
                "functions: {a: {image: a}, b: {image: b}}\n",
                "functions: {\n  a: {image: a}, # c\n}\n",
                "functions:\n    a:\n      image: a\n\n    b:\n      image: b\n",
                "functions:\n  a:\n    image: a\n    fprocess: |\n      one\n\n      # two\n\n",
                "functions:\n  a:\n    image: a\n    fprocess: |+\n      one\n\n\n",
                "functions:\n  a:\n    image: a\n    fprocess: >-\n      one\n     \n",
                "functions:\n  a:\n    image: a\n    fprocess: one\n      two\n      three # c\n",
                "functions:\n  a:\n    image: a\n    fprocess: 'one\n\n      two'\n",
                "functions:\n  a:\n    image: \"a\"\n    secrets:\n    - x\n    - y\n",
                "functions:\n  a:\n    image: a\n    environment:\n",
                "functions:\n  a:\n    image: a\n    environment: {A: \"}\"} # }\n  # end\n # end\n",
                "functions:\n  ? a\n  : image: a\n",
                "functions:\n    \"a\" :\n     image : a\n",
                "functions: &f\n  a: &a {image: a}\n  b:\n    <<: *a\n  c:\n    *a\n",
                "functions:\n  x-c: &c {lang: go}\n  a: {<<: *c, image: a, handler: x}\n");
        List<String> tails = List.of(
                "",
                "\n",
                "# end\n",
                "configuration:\n  copy: [a]\n",
                "\n\n# c\nx-z:\n- a\n",
                "...\n",
                "# a\n...\n# b\n",
                "version: 1.0\n");
        List<String> shapes = new ArrayList<>();
        for (String head : heads) {
            for (String body : bodies) {
                for (String tail : tails) {
                    String text = head + body + tail;
                    shapes.add(text);
                    shapes.add(text.replace("\n", "\r\n"));
                    shapes.add(text.stripTrailing());
                }
            }
        }
        shapes.add("{provider: {name: openfaas}, functions: {}}");
        shapes.add("{provider: {name: openfaas}, functions: }\n");
        shapes.add("{provider: {name: openfaas}, functions: ~, x-a: b}\n");
        shapes.add(
                "{\n  \"provider\": {\"name\": \"openfaas\"},\n  \"functions\": {\n    \"a\": {\"image\": \"a\"}\n  }\n}\n");
        return shapes;
    }

    @Test
    void noShapeIsDamaged() {
        int edited = 0;
        List<String> refused = new ArrayList<>();
        for (String text : shapes()) {
            Map<String, StackFunction> before = new LinkedHashMap<>(load(text).functions());
            String result;
            try {
                result = append(text);
            } catch (dev.vfaas.console.Failure e) {
                refused.add(text);
                continue;
            }
            edited++;
            Map<String, StackFunction> after = new LinkedHashMap<>(load(result).functions());
            StackFunction added = after.remove("new");
            assertThat(added).as(result).isNotNull();
            assertThat(added.handler()).isEqualTo("./new");
            assertThat(after).as(result).isEqualTo(before);
            assertThat(result.contains("\n")
                            && text.contains("\r\n")
                            && result.replace("\r\n", "").contains("\n"))
                    .as("line ends are not mixed in:%n%s", result)
                    .isFalse();
            assertThat(comments(result)).as("comments stay").isEqualTo(comments(text));
        }
        // A block text that the file ends without a line end would get one, which changes it.
        assertThat(refused)
                .as("shapes that must be edited by hand")
                .allMatch(text -> text.matches("(?s).*fprocess: [|]\\+?\r?\n[^:]*[^\r\n]"));
        assertThat(edited).isGreaterThan(2000);
    }

    private static List<String> comments(String text) {
        return text.replace("\r", "")
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("#"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("twice")
    void canBeDoneAgainAndAgain(String text) {
        String edited = text;
        for (int i = 0; i < 5; i++) {
            edited = append(edited, new NewFunction("f" + i, "go", "./f" + i, "f" + i + ":latest", null, null));
        }
        assertThat(load(edited).functions().keySet()).endsWith("f0", "f1", "f2", "f3", "f4");
    }

    static List<String> twice() {
        return List.of(
                "provider: {name: openfaas}\n",
                "{provider: {name: openfaas}, functions: {}}",
                "provider: {name: openfaas}\nfunctions:\n a:\n  image: a");
    }
}
