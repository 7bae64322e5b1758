package dev.vfaas.gateway.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * /system/registries: logins for registries that functions' images are pulled from. Each is one secret of the namespace, a Docker configuration, named
 * after its registry; passwords go in and never come out.
 */
final class RegistryEndpoints {
    private static final byte[] EMPTY = {};
    private static final String PREFIX = "registry-login.";
    private static final String PORT = ".port-";
    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(:[0-9]{1,5})?");

    private final FunctionRuntime runtime;
    private final Secrets secrets;
    private final Json json;
    private final ObjectMapper mapper = new ObjectMapper();

    RegistryEndpoints(FunctionRuntime runtime, Secrets secrets, Json json) {
        this.runtime = runtime;
        this.secrets = secrets;
        this.json = json;
    }

    /** A request's body; its text form must not show the password. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Body(
            @JsonProperty("registry") @Nullable String registry,
            @JsonProperty("namespace") @Nullable String namespace,
            @JsonProperty("username") @Nullable String username,
            @JsonProperty("password") @Nullable String password) {
        @Override
        public String toString() {
            return "login for " + registry;
        }
    }

    private record Listed(
            @JsonProperty("registry") String registry,
            @JsonProperty("namespace") String namespace,
            @JsonProperty("secret") String secret) {}

    void handle(Exchange exchange) throws IOException {
        ManagementApi.allow(exchange, "GET", "POST", "DELETE");
        if (!runtime.pullsImages()) {
            throw new ApiRefusal(
                    501,
                    "this gateway runs images of its own store only and pulls from no registry, so it has no use for a"
                            + " login: put the image there with vfaas push or vfaas up");
        }
        try {
            switch (exchange.method()) {
                case "GET" -> list(exchange);
                case "POST" -> login(json.read(exchange, Body.class));
                default -> logout(json.read(exchange, Body.class));
            }
        } catch (RuntimeFailure e) {
            throw new ApiRefusal(BlockingRequests.status(e.kind()), String.valueOf(e.getMessage()));
        }
        if (!exchange.method().equals("GET")) {
            exchange.respond(202, null, EMPTY);
        }
    }

    private void list(Exchange exchange) throws IOException {
        String namespace = DeploymentRules.namespace(exchange.query("namespace"));
        List<Listed> logins = secrets.names(namespace).stream()
                .filter(name -> name.startsWith(PREFIX))
                .map(name -> new Listed(registry(name), namespace, name))
                .toList();
        json.respond(exchange, 200, logins);
    }

    private void login(Body body) {
        String namespace = DeploymentRules.namespace(body.namespace());
        String host = host(body.registry());
        if (isEmpty(body.username()) || isEmpty(body.password())) {
            throw ApiRefusal.badRequest("username, password: are required");
        }
        Secret value = configuration(host, body.username(), body.password());
        String name = name(host);
        if (secrets.names(namespace).contains(name)) {
            secrets.update(namespace, name, value);
        } else {
            secrets.create(namespace, name, value);
        }
    }

    private void logout(Body body) {
        secrets.delete(DeploymentRules.namespace(body.namespace()), name(host(body.registry())));
    }

    /** As {@code docker login} writes it: https://docs.docker.com/reference/cli/docker/login. */
    private Secret configuration(String host, @Nullable String user, @Nullable String password) {
        String both = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        String key = host.equals("docker.io") ? "https://index.docker.io/v1/" : host;
        try {
            return Secret.of(mapper.writeValueAsString(
                    Map.of("auths", Map.of(key, Map.of("username", user, "password", password, "auth", both)))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts cannot be written as JSON", e);
        }
    }

    private static String host(@Nullable String registry) {
        String host = registry == null ? "" : registry.toLowerCase(Locale.ROOT);
        if (host.equals("index.docker.io") || host.equals("registry-1.docker.io")) {
            host = "docker.io";
        }
        if (!HOST.matcher(host).matches() || host.length() > 200) {
            throw ApiRefusal.badRequest(
                    "registry: (" + registry + ") is not a host, with or without a port, as images name it");
        }
        return host;
    }

    private static String name(String host) {
        return PREFIX + host.replace(":", PORT);
    }

    private static String registry(String name) {
        return name.substring(PREFIX.length()).replaceFirst("\\.port-([0-9]+)$", ":$1");
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
