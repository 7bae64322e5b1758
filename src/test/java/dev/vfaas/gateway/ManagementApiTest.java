package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.openfaas.LogMessage;
import dev.vfaas.openfaas.Secret;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** /system as OpenFaaS's clients use it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagementApiTest {
    private static final String DEPLOYMENT =
            "{\"service\":\"fn\",\"image\":\"fn:1\",\"labels\":{\"a\":\"b\"},\"envVars\":{\"K\":\"V\"}}";

    private final RunningGateway gateway = new RunningGateway();
    private final ObjectMapper json = new ObjectMapper();

    @AfterEach
    void stop() {
        gateway.close();
    }

    private void expect(HttpResponse<String> answer, int status, String text) {
        assertThat(answer.body()).startsWith(text);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    private JsonNode tree(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        return json.readTree(answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/system/functions",
                "/system/function/fn",
                "/system/secrets",
                "/system/info",
                "/system/namespaces",
                "/system/logs?name=fn",
                "/system/nothing"
            })
    void nothingIsToldWithoutThePassword(String path) throws Exception {
        HttpResponse<String> answer = gateway.get(path);
        expect(answer, 401, "invalid credentials");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Basic realm=\"Restricted\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YWRtaW46d3Jvbmc=", "Basic !!", "Basic", "Bearer correct horse", "YWRtaW46"})
    void aWrongPasswordIsRefused(String authorization) throws Exception {
        HttpResponse<String> answer = gateway.send(HttpRequest.newBuilder(gateway.uri("/system/info"))
                .header("Authorization", authorization)
                .build());
        expect(answer, 401, "invalid credentials");
    }

    @Test
    void theRegistryRefusesInItsOwnForm() throws Exception {
        HttpResponse<String> answer = gateway.get("/v2/");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic realm=");
        assertThat(json.readTree(answer.body()).at("/errors/0/code").asText()).isEqualTo("UNAUTHORIZED");
        assertThat(gateway.api("GET", "/v2/", "").body()).isEqualTo("images");
    }

    @Test
    void aFunctionIsDeployedListedShownAndRemoved() throws Exception {
        expect(gateway.api("POST", "/system/functions", DEPLOYMENT), 202, "");
        JsonNode expected = json.readTree("""
                {"name":"fn","image":"fn:1","namespace":"openfaas-fn","envVars":{"K":"V"},"labels":{"a":"b"},
                 "replicas":1,"createdAt":"2026-11-23T10:00:00Z"}""");
        assertThat(tree(gateway.api("GET", "/system/function/fn", ""))).isEqualTo(expected);
        JsonNode list = tree(gateway.api("GET", "/system/functions", ""));
        assertThat(list).hasSize(1);
        assertThat(list.get(0)).isEqualTo(expected);
        assertThat(tree(gateway.api("GET", "/system/functions?namespace=other", "")))
                .isEmpty();
        expect(gateway.api("DELETE", "/system/functions", "{\"functionName\":\"fn\"}"), 202, "");
        expect(gateway.api("GET", "/system/function/fn", ""), 404, "");
        expect(gateway.api("DELETE", "/system/functions", "{\"functionName\":\"fn\"}"), 404, "");
    }

    @Test
    void aDeploymentThatExistsIsAConflict() throws Exception {
        gateway.api("POST", "/system/functions", DEPLOYMENT);
        expect(
                gateway.api("POST", "/system/functions", DEPLOYMENT),
                409,
                "unable create Deployment: fn.openfaas-fn already exists");
    }

    @Test
    void anUpdateIsAcceptedOrRefusedButNeverIgnored() throws Exception {
        expect(
                gateway.api("PUT", "/system/functions", DEPLOYMENT),
                404,
                "unable update Deployment: fn.openfaas-fn, error: ");
        gateway.api("POST", "/system/functions", DEPLOYMENT);
        expect(gateway.api("PUT", "/system/functions", DEPLOYMENT.replace("fn:1", "fn:2")), 202, "");
        assertThat(tree(gateway.api("GET", "/system/function/fn", ""))
                        .path("image")
                        .asText())
                .isEqualTo("fn:2");
        expect(gateway.api("PUT", "/system/functions", DEPLOYMENT.replace("fn:1", "missing")), 400, "image missing");
        expect(
                gateway.api(
                        "PUT",
                        "/system/functions",
                        DEPLOYMENT.replace("\"a\":\"b\"", "\"com.openfaas.scale.min\":\"x\"")),
                400,
                "validation failed: com.openfaas.scale.min");
    }

    @Test
    void functionsOfAnotherNamespaceAreFoundThere() throws Exception {
        String elsewhere = DEPLOYMENT.replace("{\"service\"", "{\"namespace\":\"staging\",\"service\"");
        expect(gateway.api("POST", "/system/functions", elsewhere), 202, "");
        assertThat(tree(gateway.api("GET", "/system/function/fn?namespace=staging", ""))
                        .path("namespace")
                        .asText())
                .isEqualTo("staging");
        expect(gateway.api("GET", "/system/function/fn", ""), 404, "");
        expect(gateway.api("DELETE", "/system/functions?namespace=staging", "{\"functionName\":\"fn\"}"), 202, "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json | failed to unmarshal request: ",
                "{\"service\":\"fn\" | failed to unmarshal request: ",
                "{\"service\":\"fn\",\"image\":\"i\"} x | failed to unmarshal request: ",
                "{\"service\":\"fn\",\"image\":\"i\",\"labels\":[1]} | failed to unmarshal request: ",
                "{\"service\":\"fn\",\"image\":\"i\",\"labels\":{\"a\":null}} | failed to unmarshal request: ",
                "null | failed to unmarshal request: ",
                "{\"image\":\"i\"} | validation failed: service: is required",
                "{\"service\":\"Fn\",\"image\":\"i\"} | validation failed: service: (Fn) is invalid, must be a valid DNS entry",
                "{\"service\":\"a.b\",\"image\":\"i\"} | validation failed: service: (a.b) is invalid, must be a valid DNS entry",
                "{\"service\":\"fn\"} | validation failed: image: is required",
                "{\"service\":\"fn\",\"image\":\"i\",\"labels\":{\"com.openfaas.scale.max\":\"0\"}} | validation failed: com.openfaas.scale.max",
                "{\"service\":\"fn\",\"image\":\"i\",\"labels\":{\"com.openfaas.scale.min\":\"9\",\"com.openfaas.scale.max\":\"3\"}} | validation failed: com.openfaas.scale.min",
                "{\"service\":\"fn\",\"image\":\"i\",\"namespace\":\"A b\"} | validation failed: namespace: (A b) is invalid",
                "{\"service\":\"fn\",\"image\":\"i\",\"secrets\":[\"nope\"]} | unable to fetch secrets: secrets \"nope\" not found",
                "{\"service\":\"fn\",\"image\":\"i\",\"limits\":{\"memory\":\"12Q\"}} | failed create Deployment spec: limits.memory",
                "{\"service\":\"fn\",\"image\":\"i\",\"requests\":{\"cpu\":\"-1\"}} | failed create Deployment spec: requests.cpu",
            })
    void aDeploymentThatCannotBeIsRefusedWithTheReason(String body, String text) throws Exception {
        expect(gateway.api("POST", "/system/functions", body), 400, text.strip());
        assertThat(gateway.runtime.functions).isEmpty();
    }

    @Test
    void anOversizedBodyIsRefused() throws Exception {
        String body = "{\"service\":\"fn\",\"image\":\"" + "x".repeat(1 << 20) + "\"}";
        expect(gateway.api("POST", "/system/functions", body), 413, "the request is larger than 1 MiB");
    }

    @Test
    void replicasAreSet() throws Exception {
        StaticRuntime.Function function = gateway.runtime.serve("fn");
        expect(gateway.api("POST", "/system/scale-function/fn", "{\"serviceName\":\"fn\",\"replicas\":3}"), 202, "");
        assertThat(function.replicas).isEqualTo(3);
        expect(gateway.api("POST", "/system/scale-function/fn", "{\"replicas\":0}"), 202, "");
        assertThat(function.replicas).isZero();
        expect(gateway.api("POST", "/system/scale-function/fn", "{}"), 400, "replicas: ");
        expect(gateway.api("POST", "/system/scale-function/fn", "{\"replicas\":-1}"), 400, "replicas: ");
        expect(
                gateway.api("POST", "/system/scale-function/fn", "{\"serviceName\":\"gn\",\"replicas\":1}"),
                400,
                "serviceName: ");
        expect(
                gateway.api("POST", "/system/scale-function/none", "{\"replicas\":1}"),
                404,
                "Unable to lookup function deployment none");
    }

    @Test
    void secretsGoInAndOnlyTheirNamesComeOut() throws Exception {
        expect(gateway.api("POST", "/system/secrets", "{\"name\":\"db\",\"value\":\"hunter2\"}"), 202, "");
        expect(gateway.api("POST", "/system/secrets", "{\"name\":\"db\",\"value\":\"other\"}"), 409, "");
        assertThat(gateway.secrets.value("openfaas-fn", "db")).isEqualTo(Secret.of("hunter2"));
        HttpResponse<String> list = gateway.api("GET", "/system/secrets", "");
        assertThat(tree(list)).isEqualTo(json.readTree("[{\"name\":\"db\",\"namespace\":\"openfaas-fn\"}]"));
        expect(
                gateway.api("PUT", "/system/secrets", "{\"name\":\"db\",\"value\":\"no\",\"rawValue\":\"AAH/\"}"),
                202,
                "");
        assertThat(gateway.secrets.value("openfaas-fn", "db")).isEqualTo(Secret.of(new byte[] {0, 1, (byte) 255}));
        expect(gateway.api("PUT", "/system/secrets", "{\"name\":\"nope\",\"value\":\"x\"}"), 404, "");
        expect(gateway.api("DELETE", "/system/secrets", "{\"name\":\"db\"}"), 202, "");
        expect(gateway.api("DELETE", "/system/secrets", "{\"name\":\"db\"}"), 404, "");
        expect(gateway.api("POST", "/system/secrets", "{\"value\":\"x\"}"), 400, "name: is required");
        expect(
                gateway.api("POST", "/system/secrets", "{\"name\":\"A/b\",\"value\":\"x\"}"),
                400,
                "name: (A/b) is invalid");
    }

    @Test
    void aBrokenSecretRequestDoesNotRepeatTheSecret() throws Exception {
        HttpResponse<String> answer =
                gateway.api("POST", "/system/secrets", "{\"name\":\"db\",\"value\":{\"x\":\"hunter2\"}}");
        assertThat(answer.statusCode()).isEqualTo(400);
        HttpResponse<String> raw =
                gateway.api("POST", "/system/secrets", "{\"name\":\"db\",\"rawValue\":\"hunter2!\"}");
        assertThat(raw.statusCode()).isEqualTo(400);
        assertThat(answer.body() + raw.body() + gateway.logged.toString(StandardCharsets.UTF_8))
                .doesNotContain("hunter2");
    }

    @Test
    void theGatewayTellsWhatItIs() throws Exception {
        JsonNode info = tree(gateway.api("GET", "/system/info", ""));
        assertThat(info.at("/provider/orchestration").asText()).isEqualTo("static");
        assertThat(info.at("/version/release").isTextual()).isTrue();
        assertThat(info.at("/arch").asText()).isNotEmpty();
        assertThat(tree(gateway.api("GET", "/system/namespaces", ""))).isEqualTo(json.readTree("[\"openfaas-fn\"]"));
        assertThat(tree(gateway.api("GET", "/system/namespace/openfaas-fn", ""))
                        .path("name")
                        .asText())
                .isEqualTo("openfaas-fn");
        expect(gateway.api("POST", "/system/namespace/", "{\"name\":\"x\"}"), 501, "Feature not implemented");
    }

    @ParameterizedTest
    @CsvSource({"PATCH,/system/functions", "POST,/system/info", "DELETE,/system/logs", "GET,/system/scale-function/fn"})
    void otherMethodsAreNotAllowed(String method, String path) throws Exception {
        HttpResponse<String> answer = gateway.api(method, path, "");
        expect(answer, 405, "method not allowed");
        assertThat(answer.headers().firstValue("Allow")).isPresent();
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        expect(gateway.api("GET", "/system/alert", ""), 404, "404 page not found");
        expect(gateway.api("GET", "/system", ""), 404, "404 page not found");
    }

    @Test
    void callsAreCounted() throws Exception {
        try (ScriptedReplica replica = ScriptedReplica.echo()) {
            gateway.runtime.serve("fn", replica.port());
            for (int i = 0; i < 3; i++) {
                gateway.get("/function/fn");
            }
            assertThat(tree(gateway.api("GET", "/system/function/fn", ""))
                            .path("invocationCount")
                            .asInt())
                    .isEqualTo(3);
        }
    }

    @Test
    void logsAreLinesOfJson() throws Exception {
        gateway.runtime.serve("fn");
        gateway.runtime.logLines.add(new LogMessage("fn", "openfaas-fn", "fn-1", "2026-11-23T10:00:00Z", "one\n"));
        gateway.runtime.logLines.add(new LogMessage("fn", "openfaas-fn", "fn-1", "2026-11-23T10:00:01Z", "two\n"));
        HttpResponse<String> answer = gateway.api("GET", "/system/logs?name=fn&follow=false", "");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/x-ndjson");
        assertThat(answer.headers().firstValue("transfer-encoding")).hasValue("chunked");
        String[] lines = answer.body().split("\n");
        assertThat(lines).hasSize(2);
        assertThat(json.readTree(lines[1])).isEqualTo(json.readTree("""
                        {"name":"fn","namespace":"openfaas-fn","instance":"fn-1","timestamp":"2026-11-23T10:00:01Z","text":"two\\n"}"""));
    }

    @Test
    void followedLogsEndWithTheClient() throws Exception {
        gateway.runtime.serve("fn");
        gateway.runtime.logLines.add(new LogMessage("fn", "openfaas-fn", "fn-1", "2026-11-23T10:00:00Z", "one\n"));
        HttpResponse<InputStream> answer = gateway.client()
                .send(
                        gateway.authorised(
                                        "/system/logs?name=fn&follow=1&tail=5&since=2026-11-23T09:00:00%2B01:00&instance=x")
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(reader.readLine()).contains("one");
        }
        var query = gateway.runtime.logsInterrupted.get(10, TimeUnit.SECONDS);
        assertThat(query.function()).isEqualTo(new FunctionKey("openfaas-fn", "fn"));
        assertThat(query.tail()).isEqualTo(5);
        assertThat(query.since()).hasToString("2026-11-23T08:00:00Z");
        assertThat(query.instance()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource({
        "'',400",
        "name=none,404",
        "name=fn&tail=x,400",
        "name=fn&since=yesterday,400",
        "name=fn&follow=perhaps,400"
    })
    void logsOfNothingAreRefused(String query, int status) throws Exception {
        gateway.runtime.serve("fn");
        assertThat(gateway.api("GET", "/system/logs?" + query, "").statusCode()).isEqualTo(status);
    }
}
