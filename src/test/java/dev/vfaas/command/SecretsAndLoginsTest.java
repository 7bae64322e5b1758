package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.support.Tool.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsAndLoginsTest {
    private static final String PASSWORD = "correct horse battery staple";

    @TempDir
    Path home;

    private FakeGateway gateway;
    private Tool tool;

    @BeforeEach
    void start() {
        gateway = new FakeGateway();
        tool = gateway.tool(home);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private Tool typing(String input) {
        return tool.input(input.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSecretsValueIsTrimmedUnlessToldNotTo() throws IOException {
        gateway.answers("POST", "/system/secrets", 202, "");
        assertThat(typing(" value \n").run("secret", "create", "key").exitCode())
                .isZero();
        assertThat(gateway.last().getBodyAsString()).isEqualTo("{\"name\":\"key\",\"value\":\"value\"}");

        Path file = Files.writeString(home.resolve("key.txt"), "value\n");
        tool.run("secret", "create", "key", "--from-file", "key.txt");
        assertThat(gateway.last().getBodyAsString()).isEqualTo("{\"name\":\"key\",\"value\":\"value\"}");
        for (String off : List.of("--trim=false", "--no-trim")) {
            tool.run("secret", "create", "key", "--from-file", file.toString(), off);
            assertThat(gateway.last().getBodyAsString()).isEqualTo("{\"name\":\"key\",\"value\":\"value\\n\"}");
        }
        tool.run("secret", "create", "key", "--from-file", file.toString(), "--trim");
        assertThat(gateway.last().getBodyAsString()).isEqualTo("{\"name\":\"key\",\"value\":\"value\"}");
    }

    @Test
    void bytesThatAreNoTextAreSentRaw() {
        gateway.answers("POST", "/system/secrets", 202, "");
        tool.input(new byte[] {(byte) 0xff, 0, 1}).run("secret", "create", "key", "-n", "team");
        assertThat(gateway.last().getBodyAsString())
                .isEqualTo("{\"name\":\"key\",\"namespace\":\"team\",\"rawValue\":\"/wAB\"}");
    }

    @Test
    void refusedSecretsAreFailures() {
        gateway.answers("POST", "/system/secrets", 409, "");
        Outcome exists = typing("x").run("secret", "create", "key");
        assertThat(exists.exitCode()).isEqualTo(1);
        assertThat(exists.err()).contains("already exists").contains("vfaas secret update key");
        gateway.answers("PUT", "/system/secrets", 404, "");
        Outcome missing = typing("x").run("secret", "update", "key");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("there is no secret \"key\"");
        assertThat(typing("").run("secret", "create", "key").exitCode()).isEqualTo(2);
        assertThat(typing("x").run("secret", "create", "Key").exitCode()).isEqualTo(2);
        assertThat(tool.run("secret", "create", "key", "--from-file", "nowhere").exitCode())
                .isEqualTo(2);
    }

    @Test
    void listingSecretsShowsNames() {
        gateway.answers("GET", "/system/secrets", 200, "[{\"name\":\"b\"},{\"name\":\"a\"}]");
        assertThat(tool.run("secret", "list").out()).isEqualTo("NAME\na\nb\n");
        assertThat(tool.run("secret", "ls", "-o", "name").out()).isEqualTo("a\nb\n");
    }

    @Test
    void loginIsCheckedAndThenUsed() {
        gateway.answers("GET", "/system/functions", 200, "[]");
        Outcome login = typing(PASSWORD + "\n").run("login", "--password-stdin");
        assertThat(login.exitCode()).as(login.err()).isZero();
        assertThat(tool.run("list").exitCode()).isZero();
        String expected = Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        assertThat(gateway.last().getHeader("Authorization")).isEqualTo("Basic " + expected);
        assertThat(tool.run("logout").exitCode()).isZero();
        assertThat(tool.run("logout").exitCode()).isEqualTo(1);
        tool.run("list");
        assertThat(gateway.last().getHeader("Authorization")).isNull();
    }

    @Test
    void aRefusedLoginIsNotKept() {
        gateway.answers("GET", "/system/functions", 401, "invalid credentials");
        Outcome login = typing(PASSWORD).run("login", "--password-stdin");
        assertThat(login.exitCode()).isEqualTo(4);
        assertThat(home.resolve(".openfaas/config.yml")).doesNotExist();
        assertThat(tool.run("login").exitCode()).as("nobody to ask").isEqualTo(2);
    }

    @Test
    void noPasswordTokenOrSecretIsEverShown() {
        gateway.answersAll(200, "[]", "X", "y");
        typing(PASSWORD).run("login", "--password-stdin");
        StringBuilder shown = new StringBuilder();
        for (List<String> words : List.of(
                List.of("login", "--password", PASSWORD),
                List.of("secret", "create", "key", "--from-literal", PASSWORD),
                List.of("list", "--token", PASSWORD, "--stacktrace"),
                List.of("context", "show", "-o", "json"),
                List.of("describe", "hello", "--stacktrace"))) {
            Outcome outcome = tool.run(words.toArray(String[]::new));
            shown.append(outcome.out()).append(outcome.err());
        }
        gateway.answersAll(500, "no", "X", "y");
        for (String command : List.of("list", "version", "ready", "logout")) {
            Outcome outcome = tool.run(command, "--stacktrace", "--token", PASSWORD);
            shown.append(outcome.out()).append(outcome.err());
        }
        assertThat(shown.toString())
                .doesNotContain(PASSWORD)
                .doesNotContain(
                        Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
    }
}
