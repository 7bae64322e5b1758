package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Python3TemplateTest extends TemplateContractTest {
    private static final byte[] NOT_UTF8 = {(byte) 0xff, (byte) 0xd8, 0, 'a', (byte) 0xc3};

    @Override
    protected Path assemble(Path folder, Map<String, String> handlerFiles) throws IOException {
        return new ScriptedTemplate(templates(), "python3", "python").assemble(folder, handlerFiles);
    }

    @Override
    protected List<String> command() {
        return List.of("python3", "index.py");
    }

    @Override
    protected Map<String, String> echo() {
        return handler("def handle(req):\n    return req\n");
    }

    @Override
    protected Map<String, String> hold() {
        return handler("""
                import os, time
                def handle(req):
                    open(req + ".started", "w").close()
                    while not os.path.exists(req):
                        time.sleep(0.005)
                    return "released"
                """);
    }

    @Override
    protected Map<String, String> fail() {
        return handler("def handle(req):\n    raise ValueError('broken on purpose')\n");
    }

    @Override
    protected Map<String, String> stream() {
        return handler("""
                import os, time
                def handle(req):
                    yield "first"
                    while not os.path.exists(req):
                        time.sleep(0.005)
                    yield b"second"
                """);
    }

    @Test
    void textThatIsNotUtf8ComesBackAsItsBytesThroughSurrogates() throws Exception {
        try (Replica replica = start(handler("""
                def handle(req):
                    try:
                        req.encode("utf-8")
                        return "encodable"
                    except UnicodeEncodeError:
                        return req.encode("utf-8", "surrogateescape")
                """))) {
            assertThat(replica.call("POST", "/", "", NOT_UTF8).body()).isEqualTo(NOT_UTF8);
            assertThat(replica.post("plain").text()).isEqualTo("encodable");
        }
    }

    @Test
    void aParameterDeclaredAsBytesGetsBytes() throws Exception {
        try (Replica replica = start(handler("def handle(req: bytes):\n    return req[::-1]\n"))) {
            byte[] reversed = {(byte) 0xc3, 'a', 0, (byte) 0xd8, (byte) 0xff};
            Wire.Response response = replica.call("POST", "/", "", NOT_UTF8);
            assertThat(response.body()).isEqualTo(reversed);
            assertThat(response.headers()).containsEntry("Content-Type", "application/octet-stream");
        }
    }

    @Test
    void rawBodyGivesBytesToo() throws Exception {
        try (Replica replica =
                start(handler("def handle(req):\n    return type(req).__name__\n"), "RAW_BODY", "true")) {
            assertThat(replica.post("x").text()).isEqualTo("bytes");
        }
    }

    @Test
    void resultsOfManyKindsAreAnswers() throws Exception {
        try (Replica replica = start(handler("def handle(req):\n    return eval(req)\n"))) {
            assertThat(replica.post("None").text()).isEmpty();
            assertThat(replica.post("{'a': [1, None]}").text()).isEqualTo("{\"a\": [1, null]}");
            assertThat(replica.post("{'a': 1}").headers()).containsEntry("Content-Type", "application/json");
            assertThat(replica.post("42").text()).isEqualTo("42");
            assertThat(replica.post("'grüße'").text()).isEqualTo("grüße");
            assertThat(replica.post("'x'").headers()).containsEntry("Content-Type", "text/plain; charset=utf-8");
            Wire.Response made = replica.post("('made', 201, {'X-Made': 'yes', 'Set-Cookie': ['a=1', 'b=2']})");
            assertThat(made.status()).isEqualTo(201);
            assertThat(made.headers()).containsEntry("X-Made", "yes").containsEntry("Set-Cookie", "a=1, b=2");
            assertThat(replica.post("('', 204)").status()).isEqualTo(204);
            assertThat(replica.post("('x', {'X-Forged': 'a\\r\\nb: c'})").status())
                    .isEqualTo(500);
            assertThat(replica.post("object()").status()).isEqualTo(500);
            assertThat(replica.post("exit(3)").status()).isEqualTo(500);
            assertThat(replica.get("/_/health").status()).isEqualTo(200);
        }
    }

    @Test
    void neighboursAndDependenciesAreImportable() throws Exception {
        Map<String, String> files = Map.of(
                "handler.py",
                        "import dependency\nfrom . import neighbour\ndef handle(req):\n    return neighbour.NAME + dependency.NAME\n",
                "neighbour.py", "NAME = 'neighbour and '\n",
                "../deps/dependency.py", "NAME = 'dependency'\n");
        try (Replica replica = start(files)) {
            assertThat(replica.post("").text()).isEqualTo("neighbour and dependency");
        }
    }

    @Test
    void aHandlerThatCannotBeImportedEndsTheReplicaAndSaysWhy() throws Exception {
        Path folder = assemble(
                temporary.resolve("app"), handler("import no_such_module\ndef handle(req):\n    return req\n"));
        try (Replica replica = Replica.launch(command(), folder, Map.of())) {
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.log()).contains("ModuleNotFoundError", "line 1");
            assertThat(replica.log().strip())
                    .endsWith("error: function/handler.py cannot be imported: No module named 'no_such_module'");
        }
    }

    @Test
    void aFileWithoutHandleEndsTheReplicaAndSaysSo() throws Exception {
        Path folder = assemble(temporary.resolve("app"), handler("def handler(req):\n    return req\n"));
        try (Replica replica = Replica.launch(command(), folder, Map.of())) {
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.log()).contains("no function named handle");
        }
    }

    @Test
    void ambiguousFramingIsRefused() throws Exception {
        try (Replica replica = start(echo());
                Wire wire = new Wire(replica.port)) {
            wire.send("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            assertThat(wire.response("POST").status()).isEqualTo(400);
            assertThat(wire.closed()).isTrue();
        }
    }

    @Test
    void whatAHandlerPrintsIsLoggedAtOnce() throws Exception {
        try (Replica replica = start(handler("def handle(req):\n    print('printed', req)\n    return req\n"))) {
            replica.post("this");
            replica.await("printed", () -> replica.log().contains("printed this"));
        }
    }

    private static Map<String, String> handler(String code) {
        return Map.of("handler.py", code);
    }
}
