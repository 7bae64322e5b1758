package dev.vfaas.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.support.Tool;
import dev.vfaas.support.Tool.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {
    private static final String FUNCTIONS = """
            [{"name":"resize","image":"resize:latest","replicas":2,"availableReplicas":1,"invocationCount":12,
              "createdAt":"2026-01-02T03:04:05Z","labels":{"a":"b"}},
             {"name":"hello","image":"registry.example.com/hello:1","createdAt":"2026-01-01T00:00:00Z"}]
            """;

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

    @Test
    void listShowsATable() {
        gateway.answers("GET", "/system/functions", 200, FUNCTIONS);
        assertThat(tool.run("list").out()).isEqualTo("""
                NAME    INVOCATIONS  REPLICAS  READY
                hello   0            0         0
                resize  12           2         1
                """);
        assertThat(tool.run("list", "-v", "--sort", "invocations").out()).isEqualTo("""
                NAME    IMAGE                         INVOCATIONS  REPLICAS  READY  CREATED
                resize  resize:latest                 12           2         1      2026-01-02T03:04:05Z
                hello   registry.example.com/hello:1  0            0         0      2026-01-01T00:00:00Z
                """);
        assertThat(tool.run("ls", "-q").out()).isEqualTo("hello\nresize\n");
        assertThat(tool.run("list", "-o", "name").out()).isEqualTo("hello\nresize\n");
    }

    @Test
    void listPrintsTheFunctionStatusObjectsOfTheApi() {
        gateway.answers("GET", "/system/functions", 200, FUNCTIONS);
        assertThat(tool.run("list", "--json").out()).isEqualTo("""
                [
                  {
                    "name": "hello",
                    "image": "registry.example.com/hello:1",
                    "createdAt": "2026-01-01T00:00:00Z"
                  },
                  {
                    "name": "resize",
                    "image": "resize:latest",
                    "labels": {
                      "a": "b"
                    },
                    "invocationCount": 12.0,
                    "replicas": 2,
                    "availableReplicas": 1,
                    "createdAt": "2026-01-02T03:04:05Z"
                  }
                ]
                """);
    }

    @Test
    void anEmptyListIsAnEmptyArray() {
        gateway.answers("GET", "/system/functions", 200, "null");
        assertThat(tool.run("list", "-o", "json").out()).isEqualTo("[ ]\n");
        assertThat(tool.run("list", "-o", "name").out()).isEmpty();
    }

    @Test
    void aNamespaceThatDoesNotExistIsSaid() {
        gateway.answers("GET", "/system/functions", 200, "[]");
        gateway.answers("GET", "/system/namespaces", 200, "[\"openfaas-fn\",\"team\"]");
        assertThat(tool.run("list", "-n", "team", "-o", "json").out()).isEqualTo("[ ]\n");
        Tool.Outcome absent = tool.run("list", "-n", "taem");
        assertThat(absent.exitCode()).isEqualTo(1);
        assertThat(absent.err()).contains("there is no namespace \"taem\" on ", "vfaas namespace list");
    }

    @Test
    void requestsSayWhoAsksAndWhere() {
        gateway.answers(
                "GET",
                "/system/functions",
                200,
                "[{\"name\":\"hello\",\"image\":\"hello:1\",\"namespace\":\"team\",\"replicas\":1,\"availableReplicas\":1}]");
        tool.run("list", "-n", "team", "--token", "abc");
        assertThat(gateway.last().getHeader("User-Agent")).isEqualTo("vfaas/dev");
        assertThat(gateway.last().getHeader("Authorization")).isEqualTo("Bearer abc");
        assertThat(gateway.last().getUrl()).isEqualTo("/system/functions?namespace=team");
    }

    @Test
    void anExplicitGatewayWins() {
        gateway.answers("GET", "/system/functions", 200, "[]");
        Outcome outcome =
                new Tool(home).with("OPENFAAS_URL", "http://127.0.0.1:1").run("list", "-g", gateway.url());
        assertThat(outcome.exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | 4 | vfaas login
            403 | 4 | forbids
            404 | 1 | status 404
            500 | 1 | kaputt
            307 | 1 | redirects
            """)
    void statusesBecomeExitCodes(int status, int exitCode, String said) {
        gateway.answersAll(status, "kaputt", "Location", "https://elsewhere.example.com");
        Outcome outcome = tool.run("list");
        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("error: ").contains(said).contains(gateway.url());
    }

    @Test
    void aWrongChoiceIsToldWithTheChoices() {
        Outcome outcome = tool.run("list", "-o", "xml");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("error: invalid value for option --output: xml is not one of human, json, yaml, name\n");
        assertThat(tool.run("remove", "-o", "json").err()).startsWith("error: unknown option -o\n");
    }

    @Test
    void noGatewayIsToldWithWhatToType() {
        Outcome outcome = new Tool(home).run("list", "--gateway", "http://127.0.0.1:1");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .isEqualTo("error: cannot connect to the gateway http://127.0.0.1:1: Connection refused\n"
                        + "  try: vfaas gateway start\n");
    }

    @Test
    void anotherKindOfServerIsTold() {
        gateway.answers("GET", "/system/functions", 200, "<html>");
        Outcome outcome = tool.run("list");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("does not answer like an OpenFaaS gateway: <html>");
    }

    @Test
    void describeSaysWhatIsTheMatter() {
        gateway.answers("GET", "/system/function/hello", 200, """
                {"name":"hello","image":"hello:2","replicas":1,"availableReplicas":1,"annotations":{"dev.vfaas.revision":"2",
                "dev.vfaas.revision.serving":"1","dev.vfaas.status":"UpdateFailed","dev.vfaas.status.reason":"exited with 1\\n  boom"}}
                """);
        assertThat(tool.run("describe", "hello").out()).isEqualTo("""
                Name:         hello
                Status:       UpdateFailed
                Reason:       exited with 1
                                boom
                Replicas:     1
                Available:    1
                Invocations:  0
                Image:        hello:2
                URL:          %1$s/function/hello
                Async URL:    %1$s/async-function/hello
                Annotations:  dev.vfaas.revision=2
                              dev.vfaas.revision.serving=1
                """.formatted(gateway.url()));
        Outcome ready = tool.run("ready", "hello", "--attempts", "2", "--interval", "1ms");
        assertThat(ready.exitCode()).isEqualTo(7);
        assertThat(ready.err()).contains("boom");
    }

    @Test
    void aFunctionThatIsNotThere() {
        gateway.answers("GET", "/system/function/nope", 404, "");
        Outcome outcome = tool.run("describe", "nope");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("error: there is no function \"nope\" on " + gateway.url());
        assertThat(tool.run("ready", "nope", "--attempts", "2", "--interval", "1ms")
                        .exitCode())
                .isEqualTo(6);
    }

    @Test
    void scaleSendsWhatOpenFaasExpects() {
        gateway.answers("POST", "/system/scale-function/hello", 202, "");
        gateway.answers("GET", "/system/function/hello", 200, "{\"name\":\"hello\",\"image\":\"i\",\"replicas\":3}");
        assertThat(tool.run("scale", "hello=3").exitCode()).isZero();
        assertThat(gateway.requests())
                .filteredOn(request -> request.getMethod().getName().equals("POST"))
                .last()
                .extracting(request -> request.getBodyAsString())
                .isEqualTo("{\"serviceName\":\"hello\",\"replicas\":3}");
        Outcome bounded = tool.run("scale", "hello=99");
        assertThat(bounded.exitCode()).isZero();
        assertThat(bounded.err()).contains("99 replicas asked for, the gateway keeps 3");
        assertThat(tool.run("scale", "hello").exitCode()).isEqualTo(2);
        assertThat(tool.run("scale", "hello", "--replicas", "-1").exitCode()).isEqualTo(2);
    }

    @Test
    void removeOfAStackReportsWhatFailed() throws IOException {
        Files.writeString(home.resolve("stack.yml"), """
                version: 1.0
                provider: {name: openfaas}
                functions:
                  one: {lang: python3, handler: ./one, image: "one:latest"}
                  two: {lang: python3, handler: ./two, image: "two:latest"}
                """);
        gateway.answers("DELETE", "/system/functions", 500, "the disk is on fire");
        Outcome outcome = tool.run("remove");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(gateway.requests()).hasSize(2);
        assertThat(outcome.err()).contains("the disk is on fire");
    }

    @Test
    void removeByName() {
        gateway.answers("DELETE", "/system/functions", 202, "");
        assertThat(tool.run("rm", "hello", "-n", "team").exitCode()).isZero();
        assertThat(gateway.last().getUrl()).isEqualTo("/system/functions?namespace=team");
        assertThat(gateway.last().getBodyAsString()).isEqualTo("{\"functionName\":\"hello\",\"namespace\":\"team\"}");
    }

    @Test
    void invokePassesBytesBothWays() {
        byte[] sent = new byte[300_000];
        new java.util.Random(7).nextBytes(sent);
        byte[] answer = {0, (byte) 0xff, 10, 13, (byte) 0x80};
        gateway.answers("POST", "/function/echo.team/deep/path", answer);
        Outcome outcome = tool.input(sent)
                .run(
                        "invoke",
                        "echo/deep/path",
                        "-n",
                        "team",
                        "--query",
                        "a=b c",
                        "-H",
                        "X-One: 1",
                        "--content-type",
                        "image/png");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.bytes()).isEqualTo(answer);
        assertThat(gateway.last().getBody()).isEqualTo(sent);
        assertThat(gateway.last().getUrl()).isEqualTo("/function/echo.team/deep/path?a=b%20c");
        assertThat(gateway.last().getHeader("X-One")).isEqualTo("1");
        assertThat(gateway.last().getHeader("Content-Type")).isEqualTo("image/png");
    }

    @Test
    void invokeSendsTheTypesOfOpenFaasCli() {
        gateway.answers("POST", "/function/hello", 200, "");
        tool.input("x".getBytes(StandardCharsets.UTF_8)).run("invoke", "hello");
        assertThat(gateway.last().getHeader("Content-Type")).isEqualTo("text/plain");
        assertThat(gateway.last().getHeader("Authorization")).isNull();
        tool.run("invoke", "hello", "--sign", "X-Hub-Signature", "--key", "key");
        assertThat(gateway.last().getHeader("X-Hub-Signature"))
                .isEqualTo("sha256=4fc3b7eaf34d7e594a6f51d9517ba543abf41067b27587ffd82ba3584e4d3cdd");
    }

    @Test
    void aFunctionThatFailsIsAFailure() {
        gateway.answers("POST", "/function/hello", 500, "Traceback: boom");
        Outcome outcome = tool.run("invoke", "hello");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Traceback: boom").contains("answered status 500");
        assertThat(tool.run("invoke", "hello", "--method", "BAD").exitCode()).isEqualTo(2);
        assertThat(tool.run("invoke", "hello", "--sign", "H").exitCode()).isEqualTo(2);
    }

    @Test
    void logsInTheFormsOfOpenFaasCli() {
        gateway.answers("GET", "/system/logs", 200, """
                {"name":"hello","namespace":"","instance":"hello-1","timestamp":"2026-01-02T03:04:05.678901Z","text":"one \\"line\\"\\n"}

                {"name":"hello","namespace":"","instance":"hello-2","timestamp":"2026-01-02T03:04:06Z","text":"two\\n"}
                """);
        assertThat(tool.run("logs", "hello", "--tail=false", "--lines", "5").out())
                .isEqualTo("2026-01-02T03:04:05Z one \"line\"\n2026-01-02T03:04:06Z two\n");
        assertThat(gateway.last().queryParameter("follow").firstValue()).isEqualTo("false");
        assertThat(gateway.last().queryParameter("tail").firstValue()).isEqualTo("5");
        assertThat(tool.run("logs", "hello", "--name", "--instance", "--time-format", "")
                        .out())
                .isEqualTo("hello (hello-1) one \"line\"\nhello (hello-2) two\n");
        assertThat(gateway.last().queryParameter("follow").firstValue()).isEqualTo("true");
        assertThat(tool.run("logs", "hello", "-o", "keyvalue", "--time-format", "2006/01/02 15.04")
                        .out())
                .startsWith("timestamp=\"2026/01/02 03.04\" text=\"one");
        assertThat(tool.run("logs", "hello", "-o", "json").out())
                .startsWith("{\"name\":\"hello\",\"namespace\":\"\",\"instance\":\"hello-1\",");
        assertThat(tool.run("logs", "hello", "--since", "1m", "--since-time", "2026-01-01T00:00:00Z")
                        .exitCode())
                .isEqualTo(2);
    }
}
