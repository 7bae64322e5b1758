package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.Endpoint;
import dev.vfaas.gateway.runtime.FunctionKey;
import dev.vfaas.gateway.runtime.LiveFunction;
import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.gateway.store.SqliteDatabase;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.FunctionStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A runtime with a database, an image store and secrets of its own, all below one folder, and the small servers tests deploy. */
final class RuntimeBench implements AutoCloseable {
    /** Answers each call with {@code VERSION body}; paths with a meaning: /env/NAME, /crash, /sleep/SECONDS, /secret/NAME, /pid. */
    static final String SERVER = """
            import os, sys, time, signal, http.server
            VERSION = '%s'
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                wbufsize = 65536
                def do_GET(self):
                    parts = self.path.split('/')
                    text = VERSION
                    if self.path == '/_/ready': text = 'OK'
                    elif parts[1] == 'env': text = os.environ.get(parts[2], '-')
                    elif parts[1] == 'pid': text = str(os.getpid())
                    elif parts[1] == 'crash': os._exit(int(parts[2]))
                    elif parts[1] == 'sleep': time.sleep(float(parts[2]))
                    elif parts[1] == 'secret': text = open(os.path.join(os.environ['VFAAS_SECRETS_PATH'], parts[2])).read()
                    elif parts[1] == 'say': print(parts[2], flush=True)
                    body = text.encode()
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *args): pass
            class Server(http.server.ThreadingHTTPServer):
                daemon_threads = True
                request_queue_size = 128
                def server_bind(self):
                    self.socket.setsockopt(__import__('socket').SOL_SOCKET, __import__('socket').SO_REUSEADDR, 1)
                    self.socket.bind(self.server_address)
                    self.server_name, self.server_port = self.server_address
            signal.signal(signal.SIGTERM, lambda *a: os._exit(0))
            print('listening', VERSION, flush=True)
            Server(('127.0.0.1', int(os.environ['port'])), Handler).serve_forever()
            """;

    final Path folder;
    final LayerImages images;
    final KeptSecrets secrets = new KeptSecrets();
    final HttpClient http = HttpClient.newHttpClient();
    SqliteDatabase database;
    ProcessRuntime runtime;

    RuntimeBench(Path folder, ProcessOptions options) throws Exception {
        this.folder = folder;
        this.images = new LayerImages(folder.resolve("images"));
        this.database = SqliteDatabase.open(folder.resolve("db"), List.of(ProcessRuntime.SCHEMA));
        this.runtime = open(folder, database, images, secrets, options);
    }

    static ProcessRuntime open(
            Path folder, SqliteDatabase database, LayerImages images, KeptSecrets secrets, ProcessOptions options) {
        return new ProcessRuntime(
                database, images, secrets, folder.resolve("data"), folder.resolve("secrets"), System.getenv(), options);
    }

    /** Short pauses and limits, so that tests of failures take seconds. */
    static ProcessOptions quick() {
        return new ProcessOptions(
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ZERO,
                4,
                1 << 20,
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
    }

    /** Closes the runtime and begins anew on the same folder. */
    void restart(ProcessOptions options) throws Exception {
        runtime.close();
        database.close();
        database = SqliteDatabase.open(folder.resolve("db"), List.of(ProcessRuntime.SCHEMA));
        runtime = open(folder, database, images, secrets, options);
    }

    /** Makes {@code name:latest} an image of the server above. */
    void image(String name, String version) throws IOException {
        images.put(name + ":latest", Map.of("index.py", SERVER.formatted(version)), "python3", "index.py");
    }

    static FunctionDeployment function(String name) {
        return function(name, Map.of());
    }

    static FunctionDeployment function(String name, Map<String, String> labels) {
        return new FunctionDeployment(
                name,
                name + ":latest",
                null,
                null,
                Map.of(),
                List.of(),
                List.of(),
                labels,
                Map.of(),
                null,
                null,
                false);
    }

    static FunctionKey key(String name) {
        return new FunctionKey(FunctionKey.DEFAULT_NAMESPACE, name);
    }

    LiveFunction live(String name) {
        return runtime.live(key(name));
    }

    FunctionStatus status(String name) {
        return runtime.find(key(name), false);
    }

    String note(String name, String annotation) {
        return status(name).annotations().getOrDefault(annotation, "");
    }

    /** Calls a function once through one of its endpoints, as the proxy does. */
    String call(String name, String path) throws Exception {
        while (true) {
            for (Endpoint endpoint : live(name).endpoints()) {
                if (endpoint.tryAcquire()) {
                    try {
                        return get(endpoint, path);
                    } finally {
                        endpoint.release();
                    }
                }
            }
            live(name).activate().toCompletableFuture().get();
        }
    }

    String get(Endpoint endpoint, String path) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://" + endpoint.host() + ":" + endpoint.port() + path))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    void awaitReady(String name, int replicas) {
        await(() -> status(name).availableReplicas() == replicas);
    }

    /** Waits, with a generous limit, until something is so. */
    static void await(BooleanSupplier condition) {
        long limit = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > limit) {
                throw new AssertionError("still not so after 40 s: ");
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    List<String> logLines(String name) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        runtime.logs(new LogQuery(key(name), null, null, 0, false), message -> lines.add(message.text()));
        return lines;
    }

    List<Path> in(String name) throws IOException {
        try (var children = Files.list(folder.resolve("data").resolve(name))) {
            return children.toList();
        }
    }

    @Override
    public void close() {
        runtime.close();
        database.close();
    }
}
