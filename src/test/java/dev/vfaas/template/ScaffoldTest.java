package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.stack.FailureText;
import dev.vfaas.stack.Quantities;
import dev.vfaas.stack.StackLoader;
import dev.vfaas.stack.StackOptions;
import dev.vfaas.stack.StackSource;
import dev.vfaas.stack.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaffoldTest {
    private static final Variables NONE = Variables.of(Map.of());

    @TempDir
    private Path directory;

    private ScaffoldRequest request;

    @BeforeEach
    void plain() {
        request = request("hello", null, "", null);
    }

    private ScaffoldRequest request(String name, String handler, String prefix, String append) {
        return new ScaffoldRequest(
                directory, name, "python3", handler, prefix, append, "http://127.0.0.1:8080", null, null);
    }

    private Scaffolded create(ScaffoldRequest request) {
        return new Scaffold(NONE, new Rollback()).create(request);
    }

    /** Every file with its content, every folder. */
    private Map<String, String> tree() throws IOException {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                String name = directory.relativize(path).toString();
                tree.put(name, Files.isDirectory(path) ? "folder" : Files.readString(path));
            }
        }
        return tree;
    }

    private void refused(ScaffoldRequest wanted, String message) throws IOException {
        Map<String, String> before = tree();
        assertThat(FailureText.of(() -> create(wanted))).startsWith(message);
        assertThat(tree()).as("nothing was touched").isEqualTo(before);
    }

    @Test
    void writesWhatTheArticleShows() throws IOException {
        Scaffolded made = create(request("image-resizer", null, "", null));
        assertThat(made.files())
                .containsExactly("./image-resizer/handler.py", "./image-resizer/requirements.txt", "./stack.yml");
        assertThat(tree().keySet())
                .containsExactly(
                        "",
                        ".gitignore",
                        "image-resizer",
                        "image-resizer/handler.py",
                        "image-resizer/requirements.txt",
                        "stack.yml");
        assertThat(directory.resolve("stack.yml")).hasContent("""
                        version: 1.0
                        provider:
                          name: openfaas
                          gateway: http://127.0.0.1:8080
                        functions:
                          image-resizer:
                            lang: python3
                            handler: ./image-resizer
                            image: image-resizer:latest
                        """);
        assertThat(directory.resolve(".gitignore")).hasContent("template\nbuild\n.secrets\n");
        assertThat(made.welcome()).contains("handler.py");
    }

    @Test
    void prefixAndQuantitiesAreWritten() {
        create(new ScaffoldRequest(
                directory,
                "hello",
                "go",
                null,
                " ghcr.io/me/ ",
                null,
                "https://faas.example.com",
                new Quantities("64Mi", "100m"),
                new Quantities("128Mi", null)));
        assertThat(directory.resolve("stack.yml")).hasContent("""
                        version: 1.0
                        provider:
                          name: openfaas
                          gateway: https://faas.example.com
                        functions:
                          hello:
                            lang: go
                            handler: ./hello
                            image: ghcr.io/me/hello:latest
                            requests:
                              cpu: 100m
                              memory: 64Mi
                            limits:
                              memory: 128Mi
                        """);
    }

    @Test
    void appendsToAStackFile() throws IOException {
        create(request);
        String first = Files.readString(directory.resolve("stack.yml"));
        Files.setPosixFilePermissions(directory.resolve("stack.yml"), PosixFilePermissions.fromString("rw-r-----"));
        Scaffolded made = create(request("second", null, "", "stack.yml"));
        assertThat(made.appended()).isTrue();
        assertThat(made.files()).containsExactly("./second/handler.py", "./second/requirements.txt", "./stack.yml");
        assertThat(directory.resolve("stack.yml"))
                .hasContent(first + "  second:\n    lang: python3\n    handler: ./second\n    image: second:latest\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("stack.yml"))))
                .isEqualTo("rw-r-----");
        refused(request("second", "other", "", "stack.yml"), "function second already exists in stack.yml");
    }

    @Test
    void pathsAreWrittenAsSeenFromTheStackFile() throws IOException {
        Files.createDirectories(directory.resolve("deploy"));
        Path stack = directory.resolve("deploy/stack.yml");
        Files.writeString(stack, "provider: {name: openfaas}\n");
        create(request("one", "src/functions/one", "", "deploy/stack.yml"));
        create(request("two", null, "", "./deploy/stack.yml"));
        Path absolute = directory.resolve("three");
        create(request("three", absolute.toString(), "", stack.toString()));
        var loaded = new StackLoader(NONE).load(new StackSource.File("stack.yml", stack), StackOptions.DEFAULT);
        assertThat(loaded.function("one").handler()).isEqualTo("../src/functions/one");
        assertThat(loaded.function("two").handler()).isEqualTo("../two");
        assertThat(loaded.function("three").handler()).isEqualTo(absolute.toString());
        loaded.functions()
                .values()
                .forEach(function -> assertThat(loaded.resolve(String.valueOf(function.handler()))
                                .resolve("handler.py"))
                        .exists());
    }

    @Test
    void aLinkedStackFileStaysALink() throws IOException {
        Files.createDirectories(directory.resolve("real"));
        Files.writeString(directory.resolve("real/stack.yml"), "\uFEFFprovider: {name: openfaas}\r\n");
        Files.createSymbolicLink(directory.resolve("stack.yml"), Path.of("real/stack.yml"));
        create(request("hello", null, "", "stack.yml"));
        assertThat(directory.resolve("stack.yml")).isSymbolicLink();
        assertThat(Files.readString(directory.resolve("real/stack.yml")))
                .startsWith("\uFEFFprovider: {name: openfaas}\r\nfunctions:\r\n  hello:\r\n");
    }

    @Test
    void gitignoreKeepsWhatItHas() throws IOException {
        Path file = directory.resolve(".gitignore");
        Files.writeString(file, "*.log\n/build\ntemplate");
        create(request);
        assertThat(file).hasContent("*.log\n/build\ntemplate\n.secrets\n");
        byte[] before = Files.readAllBytes(file);
        create(request("second", null, "", "stack.yml"));
        assertThat(file).hasBinaryContent(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Hello", "-a", "a_b", "a.b", "", "a/b", "../x", "æ"})
    void namesAreChecked(String name) throws IOException {
        refused(request(name, null, "", null), "function name \"" + name + "\" can only contain");
    }

    @Test
    void whatIsThereIsNotTouched() throws IOException {
        Files.createDirectory(directory.resolve("hello"));
        refused(request, "folder: ./hello already exists");
        refused(request("other", ".", "", null), "folder: ./ already exists");
        refused(request("a".repeat(64), null, "", null), "function name \"aaaaaaaaaaaaaaaaaaaa...\" has 64 characters");
        refused(request("x", null, "bad prefix", null), "the prefix \"bad prefix\" cannot begin an image's name");
        refused(request("x", null, "", "none.yml"), "unable to find file: none.yml");
        refused(
                request("x", null, "", "stack.txt"),
                "when appending to a stack the suffix should be .yml or .yaml, not as in stack.txt");
        Files.writeString(directory.resolve("other.yml"), "apiVersion: v1\n");
        refused(request("x", null, "", "other.yml"), "other.yml has 2 errors");
        Files.writeString(directory.resolve("stack.yaml"), "x");
        Failure failure = catchThrowableOfType(Failure.class, () -> create(request("x", null, "", null)));
        assertThat(failure.text()).isEqualTo("file: stack.yaml already exists");
        assertThat(failure.next()).isEqualTo("vfaas new --lang python3 x --append stack.yaml");
        refused(
                new ScaffoldRequest(directory, "x", "pyton3", null, "", "other.yml", "", null, null),
                "there is no template \"pyton3\"; did you mean \"python3\"?");
        refused(
                new ScaffoldRequest(directory, "x", "go", null, "", null, "", null, new Quantities("128MB", null)),
                "--memory-limit \"128MB\" is not a quantity of memory");
    }

    @Test
    void aFailureHalfWayLeavesNothing() throws IOException {
        Path locked = Files.createDirectory(directory.resolve("template"));
        Files.createDirectories(locked.resolve("odd/function"));
        Files.writeString(locked.resolve("odd/template.yml"), "language: x\n");
        Files.writeString(locked.resolve("odd/Dockerfile"), "");
        Files.writeString(locked.resolve("odd/function/a"), "");
        Files.createDirectory(directory.resolve(".gitignore"));
        refused(
                new ScaffoldRequest(directory, "x", "odd", "deep/er/x", "", null, "", null, null),
                "the file .gitignore is a folder, not a file");
    }

    @Test
    void stepsAreUndoneLastFirst() throws IOException {
        StringBuilder log = new StringBuilder();
        Rollback rollback = new Rollback();
        rollback.step(() -> log.append("a"), () -> log.append("-a"));
        rollback.step(() -> log.append("b"), () -> log.append("-b"));
        assertThat(catchThrowableOfType(
                        IOException.class,
                        () -> rollback.atomic(
                                () -> {
                                    throw new IOException("no");
                                },
                                () -> log.append("-c"))))
                .hasMessage("no");
        rollback.run();
        rollback.run();
        assertThat(log).hasToString("ab-b-a");
        Failure failure = catchThrowableOfType(Failure.class, () -> rollback.step(() -> log.append("d"), () -> {}));
        assertThat(failure.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
    }

    @Test
    void anInterruptionAtAnyStepLeavesNothing() throws IOException {
        Files.writeString(directory.resolve("stack.yml"), "provider: {name: openfaas}\n");
        Files.writeString(directory.resolve(".gitignore"), "x\n");
        Map<String, String> before = tree();
        int steps = 0;
        while (true) {
            InterruptedAt rollback = new InterruptedAt(steps);
            try {
                new Scaffold(NONE, rollback).create(request("hello", "deep/er/hello", "", "stack.yml"));
                break;
            } catch (Failure failure) {
                assertThat(failure.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
                assertThat(tree()).as("after %d steps", steps).isEqualTo(before);
                steps++;
            }
        }
        assertThat(steps).isEqualTo(8);
        assertThat(directory.resolve("deep/er/hello/handler.py")).exists();
    }

    /** Ctrl-C comes before a certain step. */
    private static final class InterruptedAt extends Rollback {
        private int left;

        InterruptedAt(int steps) {
            this.left = steps;
        }

        @Override
        void beforeStep() {
            if (left-- == 0) {
                run();
            }
            super.beforeStep();
        }
    }
}
