package dev.vfaas.function;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers probes and passes every other request to the handler, within the limits of the settings. */
final class FunctionServer implements HttpHandler {
    private final Settings settings;
    private final HttpHandler handler;
    private final PrintStream log;
    private final Clock clock = new Clock();
    private final AtomicInteger inflight = new AtomicInteger();
    private volatile boolean draining;

    FunctionServer(Settings settings, HttpHandler handler, PrintStream log) {
        this.settings = settings;
        this.handler = handler;
        this.log = log;
    }

    /**
     * Goes on serving with /_/health at 503 until the requests in flight are answered: at least as long as healthcheck_interval when it is set (so
     * that probes notice before connections are refused) and at most as long as write_timeout.
     */
    void drain() throws InterruptedException {
        draining = true;
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < settings.drainTimeout().toNanos()) {
            if (inflight.get() == 0 && System.nanoTime() - begun >= settings.healthInterval().toNanos()) {
                return;
            }
            Thread.sleep(10);
        }
        log.println("function: stopped with " + inflight.get() + " requests unfinished");
    }

    @Override
    public void handle(HttpExchange connection) throws IOException {
        if (draining) {
            connection.getResponseHeaders().set("Connection", "close");
        }
        String path = connection.getRequestURI().getPath();
        if ("/_/health".equals(path)) {
            probe(connection, false);
        } else if ("/_/ready".equals(path)) {
            probe(connection, true);
        } else {
            invoke(connection);
        }
    }

    private void probe(HttpExchange connection, boolean readiness) throws IOException {
        if (!connection.getRequestMethod().equals("GET")) {
            connection.getResponseHeaders().set("Allow", "GET");
            reply(connection, 405, "Method Not Allowed\n");
        } else if (draining) {
            reply(connection, 503, "Service Unavailable\n");
        } else if (readiness && settings.maxInflight() > 0 && inflight.get() >= settings.maxInflight()) {
            reply(connection, 429, "Too Many Requests\n");
        } else {
            reply(connection, 200, "OK");
        }
    }

    private static void reply(HttpExchange connection, int status, String text) throws IOException {
        boolean head = connection.getRequestMethod().equals("HEAD");
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        connection.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        connection.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            connection.getResponseBody().write(body);
        }
        connection.close();
    }

    private void invoke(HttpExchange connection) throws IOException {
        FunctionExchange exchange = new FunctionExchange(connection, settings, clock);
        Instant arrived = Instant.now();
        int running = inflight.incrementAndGet();
        try {
            if (settings.maxInflight() > 0 && running > settings.maxInflight()) {
                exchange.replace(429, "Concurrent request limit exceeded. Max concurrent requests: " + settings.maxInflight());
                exchange.finish();
            } else {
                run(exchange);
            }
        } finally {
            inflight.decrementAndGet();
            if (settings.logRequests() || settings.writeDebug()) {
                logRequest(exchange, arrived);
            }
        }
    }

    /** Runs the handler within its time. An exception thrown from here makes the server cut the connection. */
    private void run(FunctionExchange exchange) throws IOException {
        Duration limit = timeLimit(exchange);
        Throwable trouble;
        if (limit.isZero()) {
            trouble = call(exchange);
        } else {
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread caller = Thread.ofVirtual().name("handler").start(() -> outcome.complete(call(exchange)));
            try {
                trouble = outcome.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException exceeded) {
                stopLate(exchange, caller, limit);
                return;
            } catch (InterruptedException | ExecutionException impossible) {
                throw new IOException(impossible);
            }
        }
        if (trouble != null && !exchange.replace(500, "Internal Server Error")) {
            throw new IOException("the handler failed after its answer had begun");
        }
        exchange.finish();
    }

    private static void stopLate(FunctionExchange exchange, Thread caller, Duration limit) throws IOException {
        String text = "exec_timeout: the function did not answer within " + limit.toMillis() + "ms";
        boolean told = exchange.replace(504, text);
        caller.interrupt();
        if (!told) {
            throw new IOException(text);
        }
        exchange.end();
    }

    /** exec_timeout, or what the caller asks for in X-Timeout if that is shorter. */
    private Duration timeLimit(HttpExchange exchange) {
        String asked = exchange.getRequestHeaders().getFirst("X-Timeout");
        if (asked == null) {
            return settings.execTimeout();
        }
        try {
            Duration shorter = Settings.duration(asked.strip());
            boolean counts = !shorter.isZero()
                    && (settings.execTimeout().isZero() || shorter.compareTo(settings.execTimeout()) < 0);
            return counts ? shorter : settings.execTimeout();
        } catch (IllegalArgumentException malformed) {
            return settings.execTimeout();
        }
    }

    /** Runs the handler and returns what it threw; the trace goes to the log, never to the client. */
    private Throwable call(FunctionExchange exchange) {
        try {
            handler.handle(exchange);
            return null;
        } catch (Throwable thrown) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            log.println("function: " + trace.toString().stripTrailing());
            return thrown;
        }
    }

    private void logRequest(FunctionExchange exchange, Instant arrived) {
        String id = exchange.getRequestHeaders().getFirst("X-Call-Id");
        log.println(arrived.truncatedTo(ChronoUnit.SECONDS)
                + " " + exchange.getRequestMethod()
                + " " + exchange.getRequestURI()
                + " - " + Math.max(0, exchange.getResponseCode())
                + " - " + exchange.written() + "B ("
                + exchange.seconds() + "s)"
                + (id == null ? "" : " [" + id + "]"));
        if (settings.writeDebug()) {
            log.println("request headers: " + redacted(exchange.getRequestHeaders()));
            log.println("answer headers: " + redacted(exchange.sentHeaders()));
        }
    }

    /** Hides the values that are credentials. */
    private static Map<String, Object> redacted(Headers headers) {
        Map<String, Object> shown = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        shown.putAll(headers);
        for (String name : new String[] {"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}) {
            shown.computeIfPresent(name, (key, value) -> "[redacted]");
        }
        return shown;
    }
}
