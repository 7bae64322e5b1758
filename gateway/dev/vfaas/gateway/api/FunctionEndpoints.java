package dev.vfaas.gateway.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.metrics.InvocationMetrics;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** /system/functions, /system/function/NAME and /system/scale-function/NAME. */
final class FunctionEndpoints {
    private static final byte[] EMPTY = {};

    private final FunctionRuntime runtime;
    private final DeploymentRules rules;
    private final InvocationMetrics metrics;
    private final Json json;

    FunctionEndpoints(FunctionRuntime runtime, DeploymentRules rules, InvocationMetrics metrics, Json json) {
        this.runtime = runtime;
        this.rules = rules;
        this.metrics = metrics;
        this.json = json;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Deletion(
            @JsonProperty("functionName") @Nullable String functionName,
            @JsonProperty("namespace") @Nullable String namespace) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Scaling(
            @JsonProperty("serviceName") @Nullable String serviceName,
            @JsonProperty("replicas") @Nullable Integer replicas,
            @JsonProperty("namespace") @Nullable String namespace) {}

    void collection(Exchange exchange) throws IOException {
        ManagementApi.allow(exchange, "GET", "POST", "PUT", "DELETE");
        switch (exchange.method()) {
            case "GET" -> list(exchange);
            case "POST" -> deploy(exchange);
            case "PUT" -> update(exchange);
            default -> delete(exchange);
        }
    }

    private void list(Exchange exchange) throws IOException {
        List<FunctionStatus> functions = runtime.list(DeploymentRules.namespace(exchange.query("namespace")));
        json.respond(exchange, 200, functions.stream().map(this::counted).toList());
    }

    private void deploy(Exchange exchange) throws IOException {
        FunctionDeployment deployment = json.read(exchange, FunctionDeployment.class);
        FunctionKey key = rules.check(deployment);
        try {
            runtime.deploy(deployment);
        } catch (RuntimeFailure e) {
            throw e.kind() == RuntimeFailure.Kind.ALREADY_EXISTS
                    ? new ApiRefusal(409, "unable create Deployment: " + key + " already exists")
                    : refusal(e);
        }
        accepted(exchange);
    }

    private void update(Exchange exchange) throws IOException {
        FunctionDeployment deployment = json.read(exchange, FunctionDeployment.class);
        FunctionKey key = new FunctionKey(
                DeploymentRules.namespace(deployment.namespace()), String.valueOf(deployment.service()));
        rules.check(deployment);
        try {
            runtime.update(deployment);
        } catch (RuntimeFailure e) {
            throw e.kind() == RuntimeFailure.Kind.NOT_FOUND
                    ? new ApiRefusal(404, "unable update Deployment: " + key + ", error: not found")
                    : refusal(e);
        }
        accepted(exchange);
    }

    private void delete(Exchange exchange) throws IOException {
        Deletion deletion = json.read(exchange, Deletion.class);
        String name = deletion.functionName();
        if (name == null || name.isEmpty()) {
            throw ApiRefusal.badRequest("functionName: is required");
        }
        FunctionKey key = new FunctionKey(namespace(exchange, deletion.namespace()), name);
        try {
            runtime.remove(key);
        } catch (RuntimeFailure e) {
            throw e.kind() == RuntimeFailure.Kind.NOT_FOUND
                    ? new ApiRefusal(404, "function " + key + " not found")
                    : refusal(e);
        }
        accepted(exchange);
    }

    void one(Exchange exchange, String name) throws IOException {
        ManagementApi.allow(exchange, "GET");
        String usage = exchange.query("usage");
        boolean withUsage = "1".equals(usage) || "true".equals(usage);
        FunctionKey key = new FunctionKey(DeploymentRules.namespace(exchange.query("namespace")), name);
        FunctionStatus status = runtime.find(key, withUsage);
        if (status == null) {
            throw new ApiRefusal(404, "function " + key + " not found");
        }
        json.respond(exchange, 200, counted(status));
    }

    void scale(Exchange exchange, String name) throws IOException {
        ManagementApi.allow(exchange, "POST");
        Scaling scaling = json.read(exchange, Scaling.class);
        String service = scaling.serviceName();
        if (service != null && !service.isEmpty() && !service.equals(name)) {
            throw ApiRefusal.badRequest("serviceName: is " + service + ", but the path names " + name);
        }
        Integer replicas = scaling.replicas();
        if (replicas == null || replicas < 0) {
            throw ApiRefusal.badRequest("replicas: must be a number, 0 or more");
        }
        FunctionKey key = new FunctionKey(namespace(exchange, scaling.namespace()), name);
        try {
            runtime.scale(key, replicas);
        } catch (RuntimeFailure e) {
            throw e.kind() == RuntimeFailure.Kind.NOT_FOUND
                    ? new ApiRefusal(404, "Unable to lookup function deployment " + key.name())
                    : refusal(e);
        }
        accepted(exchange);
    }

    private static String namespace(Exchange exchange, @Nullable String inBody) {
        String inQuery = exchange.query("namespace");
        return DeploymentRules.namespace(inQuery == null || inQuery.isEmpty() ? inBody : inQuery);
    }

    private static void accepted(Exchange exchange) throws IOException {
        exchange.respond(202, null, EMPTY);
    }

    private static ApiRefusal refusal(RuntimeFailure e) {
        return new ApiRefusal(BlockingRequests.status(e.kind()), String.valueOf(e.getMessage()));
    }

    private FunctionStatus counted(FunctionStatus status) {
        String namespace = status.namespace();
        long calls = metrics.invocations(
                new FunctionKey(namespace == null ? FunctionKey.DEFAULT_NAMESPACE : namespace, status.name()));
        return new FunctionStatus(
                status.name(),
                status.image(),
                status.namespace(),
                status.envProcess(),
                status.envVars(),
                status.constraints(),
                status.secrets(),
                status.labels(),
                status.annotations(),
                status.limits(),
                status.requests(),
                status.readOnlyRootFilesystem(),
                calls,
                status.replicas(),
                status.availableReplicas(),
                status.createdAt(),
                status.usage());
    }
}
