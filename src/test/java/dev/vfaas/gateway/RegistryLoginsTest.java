package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** /system/registries. */
class RegistryLoginsTest {
    private static final String LOGIN =
            "{\"registry\":\"%s\",\"username\":\"deploy\",\"password\":\"hunter2\",\"namespace\":\"openfaas-fn\"}";
    private final RunningGateway gateway = new RunningGateway();
    private final ObjectMapper json = new ObjectMapper();

    @BeforeEach
    void pulls() {
        gateway.runtime.pulls = true;
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private HttpResponse<String> login(String registry) throws Exception {
        return gateway.api("POST", "/system/registries", LOGIN.formatted(registry));
    }

    @ParameterizedTest
    @CsvSource({
        "registry.example.com,registry-login.registry.example.com,registry.example.com,registry.example.com",
        "10.0.0.5:5000,registry-login.10.0.0.5.port-5000,10.0.0.5:5000,10.0.0.5:5000",
        "index.docker.io,registry-login.docker.io,docker.io,https://index.docker.io/v1/"
    })
    void a_login_is_a_docker_configuration_named_after_its_registry(
            String registry, String secret, String shown, String key) throws Exception {
        assertThat(login(registry).statusCode()).isEqualTo(202);
        assertThat(login(registry).statusCode()).as("again, which replaces it").isEqualTo(202);
        JsonNode kept =
                json.readTree(gateway.secrets.value("openfaas-fn", secret).revealText());
        JsonNode auth = kept.path("auths").path(key);
        assertThat(auth.path("username").asText()).isEqualTo("deploy");
        assertThat(auth.path("password").asText()).isEqualTo("hunter2");
        assertThat(new String(Base64.getDecoder().decode(auth.path("auth").asText()), StandardCharsets.UTF_8))
                .isEqualTo("deploy:hunter2");

        HttpResponse<String> list = gateway.api("GET", "/system/registries", "");
        assertThat(json.readTree(list.body()))
                .isEqualTo(json.readTree("[{\"registry\":\"" + shown + "\",\"namespace\":\"openfaas-fn\",\"secret\":\""
                        + secret + "\"}]"));

        assertThat(gateway.api("DELETE", "/system/registries", "{\"registry\":\"" + registry + "\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(gateway.secrets.names("openfaas-fn")).isEmpty();
        assertThat(gateway.api("DELETE", "/system/registries", "{\"registry\":\"" + registry + "\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(gateway.logged.toString(StandardCharsets.UTF_8)).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "https://registry.example.com", "registry.example.com/team", "a b", "[::1]:5000"})
    void what_is_no_host_is_refused(String registry) throws Exception {
        HttpResponse<String> answer = login(registry);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("is not a host").doesNotContain("hunter2");
    }

    @Test
    void a_gateway_that_pulls_nothing_says_so() throws Exception {
        gateway.runtime.pulls = false;
        HttpResponse<String> answer = login("registry.example.com");
        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(answer.body()).contains("pulls from no registry", "vfaas push");
    }
}
