package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Node22TemplateTest extends TemplateContractTest {

    @Override
    protected Path assemble(Path folder, Map<String, String> handlerFiles) throws IOException {
        return new ScriptedTemplate(templates(), "node22", "node").assemble(folder, handlerFiles);
    }

    @Override
    protected List<String> command() {
        return List.of("node", "index.js");
    }

    @Override
    protected Map<String, String> echo() {
        return handler("module.exports = async (event, context) => context.status(200).succeed(event.body);");
    }

    @Override
    protected Map<String, String> hold() {
        return handler("""
                const fs = require('node:fs');
                module.exports = async (event, context) => {
                  fs.writeFileSync(event.body + '.started', '');
                  while (!fs.existsSync(event.body)) await new Promise((again) => setTimeout(again, 5));
                  return context.succeed('released');
                };
                """);
    }

    @Override
    protected Map<String, String> fail() {
        return handler("module.exports = async () => { throw new Error('broken on purpose'); };");
    }

    @Override
    protected Map<String, String> stream() {
        return handler("""
                const fs = require('node:fs');
                const { Readable } = require('node:stream');
                module.exports = async (event, context) => {
                  async function* parts() {
                    yield 'first';
                    while (!fs.existsSync(event.body)) await new Promise((again) => setTimeout(again, 5));
                    yield 'second';
                  }
                  return context.succeed(Readable.from(parts()));
                };
                """);
    }

    @Test
    void theBodyHasTheFormItsTypeAsksFor() throws Exception {
        try (Replica replica = start(handler(
                "module.exports = async (event) => ({ kind: event.body.constructor?.name, body: event.body });"))) {
            assertThat(typed(replica, "application/json", "{\"a\":[1]}"))
                    .isEqualTo("{\"kind\":\"Object\",\"body\":{\"a\":[1]}}");
            assertThat(typed(replica, "application/cloudevents+json", "[]"))
                    .isEqualTo("{\"kind\":\"Array\",\"body\":[]}");
            assertThat(typed(replica, "text/csv; charset=utf-8", "a,b"))
                    .isEqualTo("{\"kind\":\"String\",\"body\":\"a,b\"}");
            assertThat(replica.call("POST", "/", "", bytes("untyped")).text()).contains("\"String\"", "untyped");
            assertThat(typed(replica, "application/x-www-form-urlencoded", "a=1&a=2&b[]=3&c[d]=4&__proto__[x]=5"))
                    .isEqualTo(
                            "{\"body\":{\"a\":[\"1\",\"2\"],\"b\":[\"3\"],\"c\":{\"d\":\"4\"},\"__proto__\":{\"x\":\"5\"}}}");
            assertThat(typed(replica, "image/png", "x")).contains("\"Buffer\"");
            assertThat(replica.call("POST", "/", "Content-Type: application/json\r\n", bytes("{oops"))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void rawBodyGivesBuffers() throws Exception {
        try (Replica replica =
                start(handler("module.exports = async (event) => Buffer.isBuffer(event.body);"), "RAW_BODY", "true")) {
            assertThat(typed(replica, "application/json", "{}")).isEqualTo("true");
        }
    }

    @Test
    void aBodyLargerThanItsLimitIsA413() throws Exception {
        try (Replica replica = start(echo(), "MAX_RAW_SIZE", "1kb")) {
            assertThat(replica.post("x".repeat(1024)).status()).isEqualTo(200);
            assertThat(replica.post("x".repeat(1025)).status()).isEqualTo(413);
        }
    }

    @Test
    void theEventHoldsTheRequest() throws Exception {
        String code =
                "module.exports = async ({ method, path, query, headers }) => ({ method, path, query, header: headers['x-case'] });";
        try (Replica replica = start(handler(code))) {
            assertThat(replica.call("PUT", "/a%20b/c?a=1&a=2&b=", "X-Case: value\r\n", bytes(""))
                            .text())
                    .isEqualTo(
                            "{\"method\":\"PUT\",\"path\":\"/a%20b/c\",\"query\":{\"a\":[\"1\",\"2\"],\"b\":\"\"},\"header\":\"value\"}");
        }
    }

    @Test
    void everyWayToEndACallWorks() throws Exception {
        try (Replica replica = start(handler("""
                module.exports = (event, context, callback) => {
                  switch (event.path) {
                    case '/callback': setTimeout(() => callback(null, 'called back'), 10); return;
                    case '/error': setTimeout(() => callback(new Error('told')), 10); return;
                    case '/succeed': setTimeout(() => context.status(201).headers({ 'X-Made': 'yes' }).succeed({ a: 1 }), 10); return;
                    case '/fail': context.status(422).fail('no good'); return;
                    case '/promise': return Promise.resolve('promised');
                    case '/bytes': return new Uint8Array([255, 0]);
                    case '/empty': return context.status(204).succeed();
                    case '/forged': return context.headers({ 'X-Forged': 'a\\r\\nb: c' }).succeed('x');
                    case '/throw': throw new Error('thrown');
                  }
                };
                """))) {
            assertThat(replica.get("/callback").text()).isEqualTo("called back");
            assertThat(replica.get("/error").status()).isEqualTo(500);
            assertThat(replica.get("/error").text()).isEqualTo("Error: told");
            Wire.Response made = replica.get("/succeed");
            assertThat(made.status()).isEqualTo(201);
            assertThat(made.text()).isEqualTo("{\"a\":1}");
            assertThat(made.headers())
                    .containsEntry("X-Made", "yes")
                    .containsEntry("Content-Type", "application/json; charset=utf-8");
            assertThat(replica.get("/fail").status()).isEqualTo(422);
            assertThat(replica.get("/fail").text()).isEqualTo("no good");
            assertThat(replica.get("/promise").text()).isEqualTo("promised");
            assertThat(replica.get("/bytes").body()).containsExactly(-1, 0);
            assertThat(replica.get("/empty").status()).isEqualTo(204);
            assertThat(replica.get("/forged").status()).isEqualTo(500);
            assertThat(replica.get("/throw").status()).isEqualTo(500);
            assertThat(replica.get("/throw").text()).doesNotContain("thrown");
        }
    }

    @Test
    void anExceptionOutsideACallFailsTheCallsAndEndsTheReplica() throws Exception {
        try (Replica replica = start(
                handler(
                        "module.exports = () => { setTimeout(() => { throw new Error('astray'); }, 10); return new Promise(() => {}); };"))) {
            assertThat(replica.post("x").status()).isEqualTo(500);
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.log()).contains("astray");
        }
    }

    @Test
    void aForgottenRejectionIsLoggedOnly() throws Exception {
        try (Replica replica = start(
                handler("module.exports = async () => { Promise.reject(new Error('forgotten')); return 'fine'; };"))) {
            assertThat(replica.post("x").text()).isEqualTo("fine");
            replica.await("logged", () -> replica.log().contains("forgotten"));
            assertThat(replica.post("x").text()).isEqualTo("fine");
        }
    }

    @Test
    void handlersMayBeModulesOfEitherKind() throws Exception {
        String module =
                "import { name } from './other.mjs';\nexport default async (event, context) => context.succeed(name);";
        String other = "export const name = await Promise.resolve('module');";
        Path byName = assemble(temporary.resolve("by-name"), Map.of("handler.mjs", module, "other.mjs", other));
        Files.delete(byName.resolve("function/handler.js")); // the scaffold
        Path byType = assemble(
                temporary.resolve("by-type"),
                Map.of("handler.js", module, "other.mjs", other, "package.json", "{\"type\": \"module\"}"));
        for (Path folder : List.of(byName, byType)) {
            try (Replica replica = Replica.start(command(), folder, Map.of())) {
                assertThat(replica.post("x").text()).isEqualTo("module");
            }
        }
    }

    @Test
    void packagesAreFoundAboveTheFunction() throws Exception {
        Map<String, String> files = Map.of(
                "handler.js", "module.exports = async () => require('dependency');",
                "../node_modules/dependency/index.js", "module.exports = 'dependency';");
        try (Replica replica = start(files)) {
            assertThat(replica.post("x").text()).isEqualTo("dependency");
        }
    }

    @Test
    void aHandlerThatCannotBeLoadedEndsTheReplicaAndSaysWhy() throws Exception {
        Path folder = assemble(temporary.resolve("app"), handler("module.exports = require('no-such-package');"));
        try (Replica replica = Replica.launch(command(), folder, Map.of())) {
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.log().strip())
                    .endsWith("error: the handler cannot be loaded: Cannot find module 'no-such-package'");
        }
    }

    private static String typed(Replica replica, String type, String body) throws IOException {
        return replica.call("POST", "/", "Content-Type: " + type + "\r\n", bytes(body))
                .text();
    }

    private static Map<String, String> handler(String code) {
        return Map.of("handler.js", code);
    }
}
