package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.http.BlockingHandler;
import dev.vfaas.gateway.http.Exchange;
import dev.vfaas.gateway.runtime.FunctionKey;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /async-function/NAME[.NAMESPACE][/PATH]}: answers 202 with X-Call-Id once the call is durable. Unlike OpenFaaS it answers 404 for a function
 * that does not exist, since such a call could never run.
 */
final class CallAcceptor implements BlockingHandler {
    private static final Pattern PATH = Pattern.compile("/async-function/([A-Za-z0-9._-]+)(/.*)?");
    private static final Pattern CALL_ID = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "DELETE");

    /** Bodies up to here are taken without limit; of larger ones so many at once are in memory, the others wait. */
    private static final int SMALL_BYTES = 4096;

    private static final int LARGE_AT_ONCE = 256;
    private static final long LARGE_WAIT_SECONDS = 30;

    /** Hop-by-hop (RFC 9110 section 7.6.1), or made anew for the call to the function. */
    private static final Set<String> NOT_FORWARDED = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "expect",
            "host",
            "x-call-id",
            "x-callback-url",
            "x-start-time");

    private final CallStore calls;
    private final BodyFiles bodies;
    private final QueueConfig config;
    private final AtomicLong arriving = new AtomicLong();
    private final Semaphore large = new Semaphore(LARGE_AT_ONCE);
    private final Predicate<FunctionKey> exists;
    private final Consumer<FunctionKey> accepted;

    /** @param accepted told of each call that is durable now */
    CallAcceptor(
            CallStore calls,
            BodyFiles bodies,
            QueueConfig config,
            Predicate<FunctionKey> exists,
            Consumer<FunctionKey> accepted) {
        this.calls = calls;
        this.bodies = bodies;
        this.config = config;
        this.exists = exists;
        this.accepted = accepted;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        Matcher path = PATH.matcher(exchange.rawPath());
        if (!path.matches()) {
            exchange.respond(404, "404 page not found\n");
            return;
        }
        if (!METHODS.contains(exchange.method())) {
            exchange.setHeader("Allow", "POST, PUT, PATCH, DELETE");
            exchange.respond(405, "method not allowed: an asynchronous call is a POST");
            return;
        }
        FunctionKey function = FunctionKey.parse(path.group(1));
        if (!exists.test(function)) {
            exchange.respond(404, "error finding function " + function + ": it is not deployed");
            return;
        }
        String query = exchange.rawQuery();
        if (!isUri(exchange.rawPath() + (query == null ? "" : "?" + query))) {
            exchange.respond(400, "the path or the query has characters that a URL must percent-encode");
            return;
        }
        String callback = exchange.header("X-Callback-Url");
        if (callback != null && !isHttp(callback)) {
            exchange.respond(400, "X-Callback-Url is not an absolute http or https URL: " + callback);
            return;
        }
        String callId = exchange.header("X-Call-Id");
        if (callId == null || callId.isBlank()) {
            callId = UUID.randomUUID().toString();
        } else if (!CALL_ID.matcher(callId).matches()) {
            exchange.respond(400, "X-Call-Id is longer than 255 characters or has others than visible ASCII");
            return;
        }
        accept(exchange, function, callId, path.group(2), callback);
    }

    private void accept(
            Exchange exchange, FunctionKey function, String callId, @Nullable String path, @Nullable String callback)
            throws IOException {
        long length = declaredLength(exchange);
        if (length > config.maxBodyBytes()) {
            tooLarge(exchange);
            return;
        }
        if (calls.size() >= config.maxQueued()) {
            busy(exchange, "the queue is full: " + config.maxQueued() + " asynchronous calls wait");
            return;
        }
        if (config.room().isShort(bodies.folder())) {
            exchange.setHeader("Retry-After", "10");
            exchange.respond(507, "the disk of the queue is full, or nearly; try again later");
            return;
        }
        long expected = length < 0 ? config.maxBodyBytes() : length;
        try {
            if (arriving.addAndGet(expected) + calls.bytes() > config.room().calls()) {
                busy(exchange, "the queue is full: what is kept of calls takes " + calls.bytes() + " bytes");
            } else {
                receive(exchange, function, callId, path, callback, length);
            }
        } finally {
            arriving.addAndGet(-expected);
        }
    }

    private void receive(
            Exchange exchange,
            FunctionKey function,
            String callId,
            @Nullable String path,
            @Nullable String callback,
            long length)
            throws IOException {
        if (length >= 0 && length <= SMALL_BYTES) {
            store(exchange, function, callId, path, callback);
        } else if (large()) {
            try {
                store(exchange, function, callId, path, callback);
            } finally {
                large.release();
            }
        } else {
            busy(exchange, "too many large asynchronous calls arrive at once");
        }
    }

    private boolean large() {
        try {
            return large.tryAcquire(LARGE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void store(
            Exchange exchange, FunctionKey function, String callId, @Nullable String path, @Nullable String callback)
            throws IOException {
        CallBody body;
        try {
            body = bodies.receive(exchange.body(), config.maxBodyBytes(), calls.keepsBodyFiles());
        } catch (BodyFiles.TooLarge e) {
            tooLarge(exchange);
            return;
        }
        try {
            calls.add(new QueuedCall(
                    0,
                    callId,
                    function,
                    exchange.method(),
                    path == null ? "/" : path,
                    exchange.rawQuery(),
                    forwarded(exchange),
                    body,
                    callback,
                    0,
                    System.currentTimeMillis()));
        } catch (RuntimeException e) {
            bodies.delete(body);
            throw e;
        }
        accepted.accept(function);
        exchange.setHeader("X-Call-Id", callId);
        exchange.respond(202, null, new byte[0]);
    }

    private static void busy(Exchange exchange, String why) throws IOException {
        exchange.setHeader("Retry-After", "10");
        exchange.respond(503, why + "; try again later");
    }

    private void tooLarge(Exchange exchange) throws IOException {
        exchange.respond(413, "the body of an asynchronous call may have up to " + config.maxBodyBytes() + " bytes");
    }

    /** -1 when the client does not say; then it is counted while it arrives. */
    private static long declaredLength(Exchange exchange) {
        String length = exchange.header("Content-Length");
        try {
            return length == null ? -1 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Map<String, String> forwarded(Exchange exchange) {
        Map<String, String> headers = new LinkedHashMap<>();
        String named = exchange.header("Connection");
        Set<String> hopByHop = named == null
                ? Set.of()
                : Set.copyOf(Arrays.asList(named.toLowerCase(Locale.ROOT).split("[ ,]+")));
        exchange.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!NOT_FORWARDED.contains(lower) && !hopByHop.contains(lower)) {
                headers.put(name, value);
            }
        });
        return headers;
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).getRawPath() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null
                    && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
