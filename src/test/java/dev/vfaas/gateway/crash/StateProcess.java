package dev.vfaas.gateway.crash;

import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.http.TestServer;
import dev.vfaas.gateway.image.OciImageStore;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.gateway.queue.QueueConfig;
import dev.vfaas.gateway.queue.QueueMetrics;
import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.FunctionLoad;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.store.EncryptedSecrets;
import dev.vfaas.gateway.store.SecretKeyFile;
import dev.vfaas.gateway.store.SqliteDatabase;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A process with the gateway's durable rooms and nothing else, made to be killed: state, secrets, images, queue. Prints its port when it answers. */
public final class StateProcess {
    private StateProcess() {}

    /** Arguments: the data folder, and the URL below which functions answer. */
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        Log log = new Log(System.err);
        SqliteDatabase database = SqliteDatabase.open(
                data.resolve("state.db"), List.of(EncryptedSecrets.SCHEMA, OciImageStore.SCHEMA, AsyncQueue.SCHEMA));
        EncryptedSecrets secrets = new EncryptedSecrets(database, new SecretKeyFile(data.resolve("secrets.key")));
        OciImageStore images = OciImageStore.open(database, data.resolve("images"), Duration.ofSeconds(2), log::info);
        AsyncQueue queue = AsyncQueue.open(
                database, data.resolve("calls"), Echo::new, QueueConfig.DEFAULT, QueueMetrics.NONE, "test", log);
        TestServer server = new TestServer(
                exchange -> {
                    if (exchange.path().startsWith("/v2/")) {
                        images.handler().handle(exchange);
                    } else if (exchange.path().startsWith("/async-function/")) {
                        queue.handler().handle(exchange);
                    } else {
                        secret(exchange, secrets);
                    }
                },
                null);
        images.startCollecting();
        queue.start(URI.create(arguments[1]));
        System.out.println(server.port());
        Thread.currentThread().join();
    }

    private static void secret(Exchange exchange, EncryptedSecrets secrets) throws Exception {
        String name = exchange.path().substring(1);
        if (exchange.method().equals("GET")) {
            exchange.respond(200, secrets.value("fn", name).revealText());
        } else {
            secrets.create("fn", name, Secret.of(exchange.body().readAllBytes()));
            exchange.respond(201, "");
        }
    }

    /** Every function exists. */
    record Echo(FunctionKey key) implements LiveFunction {
        @Override
        public FunctionDeployment deployment() {
            return new FunctionDeployment(
                    key.name(),
                    key.name(),
                    null,
                    null,
                    Map.of(),
                    List.of(),
                    List.of(),
                    Map.of(),
                    Map.of(),
                    null,
                    null,
                    false);
        }

        @Override
        public List<Endpoint> endpoints() {
            return List.of();
        }

        @Override
        public FunctionLoad load() {
            return new FunctionLoad();
        }

        @Override
        public CompletionStage<Void> activate() {
            return CompletableFuture.completedStage(null);
        }
    }
}
