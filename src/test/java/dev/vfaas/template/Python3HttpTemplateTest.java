package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Python3HttpTemplateTest extends TemplateContractTest {

    @Override
    protected Path assemble(Path folder, Map<String, String> handlerFiles) throws IOException {
        return new ScriptedTemplate(templates(), "python3-http", "python").assemble(folder, handlerFiles);
    }

    @Override
    protected List<String> command() {
        return List.of("python3", "index.py");
    }

    @Override
    protected Map<String, String> echo() {
        return handler("def handle(event, context):\n    return {'statusCode': 200, 'body': event.body}\n");
    }

    @Override
    protected Map<String, String> hold() {
        return handler("""
                import os, time
                def handle(event, context):
                    gate = event.body.decode()
                    open(gate + ".started", "w").close()
                    while not os.path.exists(gate):
                        time.sleep(0.005)
                    return "released"
                """);
    }

    @Override
    protected Map<String, String> fail() {
        return handler("def handle(event, context):\n    raise ValueError('broken on purpose')\n");
    }

    @Override
    protected Map<String, String> stream() {
        return handler("""
                import os, time
                def handle(event, context):
                    def parts():
                        yield "first"
                        while not os.path.exists(event.body):
                            time.sleep(0.005)
                        yield "second"
                    return {"body": parts(), "headers": {"Content-Type": "text/event-stream"}}
                """);
    }

    @Test
    void theEventHoldsTheRequest() throws Exception {
        try (Replica replica = start(handler("""
                def handle(event, context):
                    return {
                        "body": {
                            "body": event.body.decode(),
                            "method": event.method,
                            "path": event.path,
                            "query": event.query.to_dict(),
                            "all": event.query.getlist("a"),
                            "missing": event.query.get("b", 7),
                            "header": event.headers["x-CASE"],
                            "get": event.headers.get("X-None", "none"),
                            "in": "X-Case" in event.headers,
                            "dict": dict(event.headers)["X-Case"],
                            "host": bool(context.hostname),
                        },
                        "headers": {"X-Answer": "42"},
                        "statusCode": 202,
                    }
                """))) {
            Wire.Response response =
                    replica.call("PUT", "/a%20b/c?a=1&a=%C3%A9&e=", "X-Case: value\r\n", bytes("text"));
            assertThat(response.status()).isEqualTo(202);
            assertThat(response.headers())
                    .containsEntry("X-Answer", "42")
                    .containsEntry("Content-Type", "application/json");
            assertThat(response.text())
                    .isEqualTo(
                            "{\"body\": \"text\", \"method\": \"PUT\", \"path\": \"/a b/c\", \"query\": {\"a\": \"1\", \"e\": \"\"},"
                                    + " \"all\": [\"1\", \"\\u00e9\"], \"missing\": 7, \"header\": \"value\", \"get\": \"none\", \"in\": true,"
                                    + " \"dict\": \"value\", \"host\": true}");
        }
    }

    @Test
    void whatFlaskTakesIsAnAnswer() throws Exception {
        try (Replica replica = start(handler("def handle(event, context):\n    return eval(event.body)\n"))) {
            assertThat(replica.post("'text'").headers()).containsEntry("Content-Type", "text/html; charset=utf-8");
            assertThat(replica.post("None").status()).isEqualTo(200);
            assertThat(replica.post("('no', 404)").status()).isEqualTo(404);
            assertThat(replica.post("('no', '418 I am a teapot', {'X-Pot': 'tea'})")
                            .status())
                    .isEqualTo(418);
            assertThat(replica.post("{'other': 1}").text()).isEqualTo("{\"other\": 1}");
            assertThat(replica.post("{'statusCode': 204}").status()).isEqualTo(204);
            assertThat(replica.post("{'body': 5}").text()).isEqualTo("5");
            assertThat(replica.post("{'body': b'\\xff', 'headers': {'content-type': 'image/x'}}")
                            .headers())
                    .containsEntry("Content-Type", "image/x");
            assertThat(replica.post("{'statusCode': 99}").status()).isEqualTo(500);
        }
    }

    private static Map<String, String> handler(String code) {
        return Map.of("handler.py", code);
    }
}
