package dev.vfaas.gateway.api;

import dev.vfaas.gateway.http.BlockingRequests;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.openfaas.FunctionNamespace;
import java.io.IOException;

/** /system/namespaces and /system/namespace/NAME. */
final class NamespaceEndpoints {
    private static final byte[] EMPTY = {};

    private final FunctionRuntime runtime;
    private final Json json;

    NamespaceEndpoints(FunctionRuntime runtime, Json json) {
        this.runtime = runtime;
        this.json = json;
    }

    void names(Exchange exchange) throws IOException {
        ManagementApi.allow(exchange, "GET");
        json.respond(exchange, 200, runtime.namespaces());
    }

    void handle(Exchange exchange, String inPath) throws IOException {
        ManagementApi.allow(exchange, "GET", "POST", "PUT", "DELETE");
        try {
            switch (exchange.method()) {
                case "GET" -> show(exchange, inPath);
                case "POST" -> {
                    runtime.createNamespace(body(exchange, inPath));
                    exchange.respond(201, null, EMPTY);
                }
                case "PUT" -> {
                    runtime.updateNamespace(body(exchange, inPath));
                    exchange.respond(202, null, EMPTY);
                }
                default -> {
                    runtime.removeNamespace(named(inPath));
                    exchange.respond(202, null, EMPTY);
                }
            }
        } catch (RuntimeFailure e) {
            throw new ApiRefusal(BlockingRequests.status(e.kind()), String.valueOf(e.getMessage()));
        }
    }

    private void show(Exchange exchange, String name) throws IOException {
        FunctionNamespace found = runtime.namespace(named(name));
        if (found == null) {
            throw new ApiRefusal(404, "namespace not found: " + name);
        }
        json.respond(exchange, 200, found);
    }

    private FunctionNamespace body(Exchange exchange, String inPath) throws IOException {
        FunctionNamespace asked = json.read(exchange, FunctionNamespace.class);
        String given = String.valueOf(asked.name());
        String name = given.isEmpty() || given.equals("null") ? inPath : given;
        if (!inPath.isEmpty() && !inPath.equals(name)) {
            throw ApiRefusal.badRequest("name: is " + name + ", but the path names " + inPath);
        }
        return new FunctionNamespace(named(name), asked.labels(), asked.annotations());
    }

    private static String named(String name) {
        if (name.isEmpty()) {
            throw ApiRefusal.badRequest("name: is required");
        }
        return DeploymentRules.namespace(name);
    }
}
