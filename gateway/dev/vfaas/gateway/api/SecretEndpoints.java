package dev.vfaas.gateway.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** /system/secrets: values go in and never come out. */
final class SecretEndpoints {
    private static final byte[] EMPTY = {};
    private static final int MAX_NAME = 253;

    /** A Kubernetes secret's name: a DNS subdomain. */
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private final Secrets secrets;
    private final Json json;

    SecretEndpoints(Secrets secrets, Json json) {
        this.secrets = secrets;
        this.json = json;
    }

    /** A request's body; its text form must not show values. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Body(
            @JsonProperty("name") @Nullable String name,
            @JsonProperty("namespace") @Nullable String namespace,
            @JsonProperty("value") @Nullable String value,
            @JsonProperty("rawValue") @Nullable String rawValue) {
        @Override
        public String toString() {
            return "secret " + name;
        }
    }

    private record Listed(
            @JsonProperty("name") String name,
            @JsonProperty("namespace") String namespace) {}

    void handle(Exchange exchange) throws IOException {
        ManagementApi.allow(exchange, "GET", "POST", "PUT", "DELETE");
        if (exchange.method().equals("GET")) {
            String namespace = DeploymentRules.namespace(exchange.query("namespace"));
            List<Listed> names = secrets.names(namespace).stream()
                    .map(name -> new Listed(name, namespace))
                    .toList();
            json.respond(exchange, 200, names);
            return;
        }
        Body body = json.read(exchange, Body.class);
        String inQuery = exchange.query("namespace");
        String namespace = DeploymentRules.namespace(inQuery == null || inQuery.isEmpty() ? body.namespace() : inQuery);
        String name = name(body);
        try {
            switch (exchange.method()) {
                case "POST" -> secrets.create(namespace, name, value(body));
                case "PUT" -> secrets.update(namespace, name, value(body));
                default -> secrets.delete(namespace, name);
            }
        } catch (RuntimeFailure e) {
            throw new ApiRefusal(BlockingRequests.status(e.kind()), String.valueOf(e.getMessage()));
        }
        exchange.respond(202, null, EMPTY);
    }

    private static String name(Body body) {
        String name = body.name();
        if (name == null || name.isEmpty()) {
            throw ApiRefusal.badRequest("name: is required");
        }
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            throw ApiRefusal.badRequest("name: (" + name + ") is invalid, must be a valid DNS subdomain");
        }
        return name;
    }

    private static Secret value(Body body) {
        String raw = body.rawValue();
        if (raw != null && !raw.isEmpty()) {
            try {
                return Secret.of(Base64.getDecoder().decode(raw));
            } catch (IllegalArgumentException e) {
                throw ApiRefusal.badRequest("rawValue: is not base64");
            }
        }
        String text = body.value();
        return Secret.of(text == null ? "" : text);
    }
}
