package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.log.Log;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Brings results to the URL a call named: a POST of the function's answer, with X-Call-Id, X-Function-Name, X-Function-Status and X-Duration-Seconds. */
final class Callbacks {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final OutgoingHttp http;
    private final int attempts;
    private final Backoff backoff;
    private final String userAgent;
    private final Log log;

    /** @param attempts how often a result is offered; an answer below 500 other than 408 and 429 is final */
    Callbacks(OutgoingHttp http, int attempts, Backoff backoff, String userAgent, Log log) {
        this.http = http;
        this.attempts = attempts;
        this.backoff = backoff;
        this.userAgent = userAgent;
        this.log = log;
    }

    /**
     * What is told.
     *
     * @param seconds the last attempt took
     * @param retries attempts before the one that is told of
     * @param attempts how many there might have been
     */
    record Result(int status, double seconds, @Nullable String contentType, CallBody body, int retries, int attempts) {}

    /** Offers a result until the receiver takes it or the attempts are over, which is logged; tells whether it was taken. */
    boolean deliver(QueuedCall call, String url, Result result) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            String problem = offer(call, url, result);
            if (problem == null) {
                return true;
            }
            if (attempt >= attempts || problem.startsWith("refused")) {
                log.warn(
                        "callback failed",
                        "function",
                        call.function(),
                        "call",
                        call.callId(),
                        "url",
                        URI.create(url).getHost(),
                        "reason",
                        problem);
                return false;
            }
            Thread.sleep(backoff.after(attempt));
        }
    }

    /** Null when it was taken, else why not. */
    private @Nullable String offer(QueuedCall call, String url, Result result) throws InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(DEADLINE)
                    .header("User-Agent", userAgent)
                    .header("X-Call-Id", call.callId())
                    .header("X-Function-Name", call.function().toString())
                    .header("X-Function-Status", Integer.toString(result.status()))
                    .header("X-Duration-Seconds", String.format(Locale.ROOT, "%.6f", result.seconds()))
                    .header("X-Retry", Integer.toString(result.retries()))
                    .header("X-Retry-Max", Integer.toString(result.attempts()))
                    .POST(result.body().publisher());
            if (result.contentType() != null) {
                request.header("Content-Type", result.contentType());
            }
            int answer = http.get()
                    .send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (answer < 400) {
                return null;
            }
            return (answer < 500 && answer != 408 && answer != 429 ? "refused with " : "status ") + answer;
        } catch (IOException | IllegalArgumentException e) {
            return e.toString();
        }
    }
}
