package dev.vfaas.gateway.api;

import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.metrics.InvocationMetrics;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.gateway.scaling.LoadReport;
import dev.vfaas.openfaas.GatewayInfo;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OpenFaaS's management API below /system. Differences, all on purpose: an existing function is 409 to POST (OpenFaaS: 500), a refused update is
 * never 200, refusals carry a text.
 */
public final class ManagementApi implements BlockingHandler {
    private static final String PREFIX = "/system/";

    private final FunctionRuntime runtime;
    private final String version;
    private final Json json = new Json();
    private final FunctionEndpoints functions;
    private final SecretEndpoints secrets;
    private final RegistryEndpoints registries;
    private final LogEndpoint logs;
    private final NamespaceEndpoints namespaces;
    private final @Nullable QueueEndpoints queue;

    /**
     * @param queue of asynchronous calls, null when there is none
     * @param version of the gateway
     */
    public ManagementApi(
            FunctionRuntime runtime,
            Secrets secrets,
            InvocationMetrics metrics,
            @Nullable AsyncQueue queue,
            String version) {
        this.runtime = runtime;
        this.version = version;
        this.functions = new FunctionEndpoints(runtime, new DeploymentRules(secrets), metrics, json);
        this.secrets = new SecretEndpoints(secrets, json);
        this.registries = new RegistryEndpoints(runtime, secrets, json);
        this.logs = new LogEndpoint(runtime, json);
        this.namespaces = new NamespaceEndpoints(runtime, json);
        this.queue = queue == null ? null : new QueueEndpoints(queue, json);
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        try {
            route(exchange);
        } catch (ApiRefusal refusal) {
            exchange.respond(refusal.status(), refusal.text());
        }
    }

    private void route(Exchange exchange) throws IOException {
        String path = exchange.path();
        String rest = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : "";
        int slash = rest.indexOf('/');
        String noun = slash < 0 ? rest : rest.substring(0, slash);
        String name = slash < 0 ? "" : rest.substring(slash + 1);
        switch (noun) {
            case "functions" -> functions.collection(exchange);
            case "function" -> functions.one(exchange, name);
            case "scale-function" -> functions.scale(exchange, name);
            case "secrets" -> secrets.handle(exchange);
            case "registries" -> registries.handle(exchange);
            case "info" -> info(exchange);
            case "namespaces" -> namespaces.names(exchange);
            case "namespace" -> namespaces.handle(exchange, name);
            case "load" -> {
                allow(exchange, "GET");
                json.respond(exchange, 200, LoadReport.of(runtime.live()));
            }
            case "logs" -> logs.handle(exchange);
            case "queue" -> {
                if (queue == null) {
                    throw new ApiRefusal(501, "this gateway has no queue of asynchronous calls");
                }
                queue.handle(exchange, name);
            }
            default -> throw new ApiRefusal(404, "404 page not found\n");
        }
    }

    private void info(Exchange exchange) throws IOException {
        allow(exchange, "GET");
        String machine = System.getProperty("os.arch");
        String arch = switch (machine) {
            case "amd64" -> "x86_64";
            case "aarch64" -> "arm64";
            default -> machine;
        };
        GatewayInfo.Version release = new GatewayInfo.Version(null, "", version);
        json.respond(exchange, 200, new GatewayInfo(runtime.provider(), release, arch));
    }

    /**
     * Refuses other methods.
     *
     * @throws ApiRefusal 405
     */
    static void allow(Exchange exchange, String... methods) {
        if (!List.of(methods).contains(exchange.method())) {
            exchange.setHeader("Allow", String.join(", ", methods));
            throw new ApiRefusal(405, "method not allowed");
        }
    }
}
