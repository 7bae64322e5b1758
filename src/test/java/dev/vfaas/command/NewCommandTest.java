package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.support.Tool.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewCommandTest {
    @TempDir
    private Path home;

    private Tool tool;

    @BeforeEach
    void start() {
        tool = new Tool(home);
    }

    @Test
    void showsWhatItWroteAndTheNextCommand() {
        Outcome outcome = tool.run("new", "--lang", "python3", "image-resizer");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .isEqualTo("./image-resizer/handler.py\n./image-resizer/requirements.txt\n./stack.yml\n");
        assertThat(outcome.err()).contains("handler.py").endsWith("\nnext: vfaas up\n");
    }

    @Test
    void quietLeavesOutTheNotes() {
        assertThat(tool.run("new", "-q", "--lang", "python3", "a").err()).isEqualTo("\nnext: vfaas up\n");
    }

    @Test
    void thePrefixComesFromTheEnvironmentUnlessItIsGiven() throws IOException {
        tool.with("OPENFAAS_PREFIX", "ghcr.io/env");
        assertThat(tool.run("new", "--lang", "go", "a").exitCode()).isZero();
        assertThat(tool.run(
                                "new",
                                "--lang",
                                "go",
                                "b",
                                "--append",
                                "stack.yml",
                                "-p",
                                "ghcr.io/flag",
                                "--handler",
                                "src/b")
                        .exitCode())
                .isZero();
        assertThat(Files.readString(home.resolve("stack.yml")))
                .contains("image: ghcr.io/env/a:latest", "handler: ./src/b", "image: ghcr.io/flag/b:latest");
    }

    @Test
    void jsonIsOfTheDocumentedShape() {
        assertThat(tool.run("new", "--lang", "Dockerfile", "a", "--memory-limit", "64Mi", "-o", "json")
                        .out())
                .isEqualTo("""
                        {
                          "name": "a",
                          "lang": "dockerfile",
                          "handler": "./a",
                          "image": "a:latest",
                          "stackFile": "./stack.yml",
                          "files": [
                            "./a/Dockerfile",
                            "./a/server.py",
                            "./stack.yml"
                          ]
                        }
                        """);
        assertThat(tool.run("new", "--lang", "go", "b", "-a", "stack.yml", "-o", "name")
                        .out())
                .isEqualTo("b\n");
    }

    @Test
    void templatesAreListed() throws IOException {
        Files.createDirectories(home.resolve("template/mine"));
        Files.writeString(home.resolve("template/mine/template.yml"), "language: Mine\n");
        Files.writeString(home.resolve("template/mine/Dockerfile"), "");
        assertThat(tool.run("new", "--list", "-o", "name").out())
                .isEqualTo("dockerfile\ngo\njava25\nmine\nnode22\npython3\npython3-http\n");
        assertThat(tool.run("new", "--list").out())
                .startsWith("NAME          LANGUAGE")
                .containsPattern("(?m)^python3 +Python 3 +built in$")
                .containsPattern("(?m)^mine +Mine +.*template/mine$");
    }

    @Test
    void anotherStackFileIsNamedInTheNextCommand() throws IOException {
        Files.writeString(home.resolve("api.yml"), "provider: {name: openfaas}\n");
        assertThat(tool.run("new", "-q", "--lang", "go", "a", "--append", "api.yml")
                        .err())
                .isEqualTo("\nnext: vfaas up -f ./api.yml\n");
    }

    @Test
    void whatIsMissingIsUsage() {
        Outcome nothing = tool.run("new");
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.err())
                .isEqualTo("error: you must supply a function language with the --lang flag\n"
                        + "  try: vfaas new --lang python3 NAME, or vfaas new --list\n");
        assertThat(tool.run("new", "--lang", "go").err())
                .isEqualTo("error: please provide a name for the function\n  try: vfaas new --lang go NAME\n");
        assertThat(tool.run("new", "--lang", "go", "a").exitCode()).isZero();
        Outcome again = tool.run("new", "--lang", "go", "b");
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.out()).isEmpty();
        assertThat(again.err())
                .isEqualTo("error: file: stack.yml already exists\n  try: vfaas new --lang go b --append stack.yml\n");
        assertThat(home.resolve("b")).doesNotExist();
    }

    @Test
    void helpHasExamples() {
        assertThat(tool.run("new", "--help").out())
                .contains("vfaas new --lang python3 image-resizer", "(default: $OPENFAAS_PREFIX)");
    }
}
