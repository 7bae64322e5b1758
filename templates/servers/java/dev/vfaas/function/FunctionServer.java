package dev.vfaas.function;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers probes and passes every other request to the handler, within the limits of the settings. */
final class FunctionServer {
    private final Settings settings;
    private final HttpHandler handler;
    private final PrintStream log;
    private final AtomicInteger inflight = new AtomicInteger();
    private volatile boolean draining;

    FunctionServer(Settings settings, HttpHandler handler, PrintStream log) {
        this.settings = settings;
        this.handler = handler;
        this.log = log;
    }

    boolean isDraining() {
        return draining;
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

    /** Answers one request. An exception means that the connection must be cut. */
    void serve(FunctionExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if ("/_/health".equals(path)) {
            probe(exchange, false);
        } else if ("/_/ready".equals(path)) {
            probe(exchange, true);
        } else {
            invoke(exchange);
        }
    }

    private void probe(FunctionExchange exchange, boolean readiness) throws IOException {
        String method = exchange.getRequestMethod();
        int status = 200;
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            status = 405;
        } else if (draining) {
            status = 503;
        } else if (readiness && settings.maxInflight() > 0 && inflight.get() >= settings.maxInflight()) {
            status = 429;
        }
        byte[] text = Reason.of(status).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        exchange.finish();
    }

    private void invoke(FunctionExchange exchange) throws IOException {
        int running = inflight.incrementAndGet();
        Preview request = new Preview();
        Preview answer = new Preview();
        if (settings.writeDebug()) {
            exchange.body().previewIn(request);
            exchange.answer().previewIn(answer);
        }
        try {
            if (settings.maxInflight() > 0 && running > settings.maxInflight()) {
                exchange.replace(429, "Concurrent request limit exceeded. Max concurrent requests: " + settings.maxInflight());
            } else {
                run(exchange);
            }
        } finally {
            inflight.decrementAndGet();
            if (settings.logRequests() || settings.writeDebug()) {
                log.println(line(exchange));
            }
            if (settings.writeDebug()) {
                log.println("request body " + request + ", answer body " + answer);
            }
        }
    }

    private static String line(FunctionExchange exchange) {
        String id = exchange.getRequestHeaders().getFirst("X-Call-Id");
        return exchange.getRequestMethod()
                + " " + exchange.request().target()
                + " - " + Math.max(0, exchange.getResponseCode())
                + " - " + exchange.answer().written() + "B ("
                + exchange.seconds() + "s)"
                + (id == null ? "" : " [" + id + "]");
    }

    /** Runs the handler within its time. */
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
        conclude(exchange, trouble);
    }

    /** Sends what remains after the handler returned, or instead of its answer what was wrong. */
    private void conclude(FunctionExchange exchange, Throwable trouble) throws IOException {
        HttpError wrong = exchange.body().error();
        if (trouble == null && wrong == null) {
            try {
                exchange.finish();
                return;
            } catch (IllegalArgumentException header) {
                trace(header);
            }
        }
        if (wrong != null) {
            exchange.answer().closeAfter();
        }
        int status = wrong == null ? 500 : wrong.status();
        if (!exchange.replace(status, Reason.of(status))) {
            throw new IOException("the handler failed after its answer had begun");
        }
    }

    private static void stopLate(FunctionExchange exchange, Thread caller, Duration limit) throws IOException {
        String text = "exec_timeout: the function did not answer within " + limit.toMillis() + "ms";
        exchange.answer().closeAfter(); // the handler may still be reading the request
        // A handler that is stuck in writing holds the exchange: then only cutting the connection is left.
        boolean told = !exchange.answer().sent() && exchange.replace(504, text);
        caller.interrupt();
        if (!told) {
            throw new IOException(text);
        }
    }

    /** exec_timeout, or what the caller asks for in X-Timeout if that is shorter. */
    private Duration timeLimit(FunctionExchange exchange) {
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

    /** Runs the handler and returns what it threw. */
    private Throwable call(FunctionExchange exchange) {
        try {
            handler.handle(exchange);
            return null;
        } catch (HttpError requestsOwnFault) {
            return requestsOwnFault;
        } catch (Throwable thrown) {
            trace(thrown);
            return thrown;
        }
    }

    /** The trace goes to the log, never to the client. */
    private void trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        log.println("function: " + trace.toString().stripTrailing());
    }
}
