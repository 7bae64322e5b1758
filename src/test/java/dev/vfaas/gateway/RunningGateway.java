package dev.vfaas.gateway;

import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.log.AccessLog;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.metrics.MetricsSource;
import dev.vfaas.gateway.metrics.QueueGauges;
import dev.vfaas.gateway.queue.AsyncQueue;
import dev.vfaas.openfaas.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A gateway on a free port over a {@link StaticRuntime}, and a client for it. */
final class RunningGateway implements AutoCloseable {
    static final String PASSWORD = "correct horse";
    static final String NODE_PASSWORD = "battery staple";

    final StaticRuntime runtime = new StaticRuntime();
    final MemorySecrets secrets = new MemorySecrets();
    final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    final ByteArrayOutputStream accessLog = new ByteArrayOutputStream();
    final AtomicReference<Runnable> health = new AtomicReference<>(() -> {});
    final Gateway gateway;
    final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RunningGateway() {
        this(UnaryOperator.identity());
    }

    RunningGateway(UnaryOperator<GatewayConfig> change) {
        this(change, exchange -> exchange.respond(200, "images"));
    }

    RunningGateway(UnaryOperator<GatewayConfig> change, BlockingHandler images) {
        this(change, images, runtime -> null);
    }

    RunningGateway(
            UnaryOperator<GatewayConfig> change,
            BlockingHandler images,
            Function<StaticRuntime, @Nullable AsyncQueue> asynchronous) {
        GatewayConfig config = change.apply(GatewayConfig.of(Path.of("unused")).withPort(0));
        AsyncQueue queue = asynchronous.apply(runtime);
        List<MetricsSource> sources = queue == null ? List.of() : List.of(new QueueGauges(queue));
        Rooms rooms = new Rooms(
                runtime, secrets, images, queue, sources, () -> health.get().run(), null, () -> {}, false, () -> {});
        Log log = new Log(new PrintStream(logged, true, StandardCharsets.UTF_8));
        gateway = Gateway.over(
                rooms,
                config,
                new BasicAuthentication("admin", Secret.of(PASSWORD)).withReader("node", Secret.of(NODE_PASSWORD)),
                log,
                new AccessLog(accessLog, log));
        try {
            port = gateway.listen().getPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** A request with the password. */
    HttpRequest.Builder authorised(String path) {
        String token = Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Basic " + token);
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** An authorised request of the management API. */
    HttpResponse<String> api(String method, String path, String body) throws IOException, InterruptedException {
        return send(authorised(path)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    HttpClient client() {
        return client;
    }

    RawConnection connect() throws IOException {
        return new RawConnection(port);
    }

    /** Waits, for at most ten seconds, until something that happens elsewhere has happened. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen within ten seconds");
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
    }
}
