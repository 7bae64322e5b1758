package dev.vfaas.gateway.queue;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls functions through the gateway's own invocation path over loopback, so that a queued call starts, scales and counts like any other. */
final class LoopbackInvoker implements FunctionInvoker {
    /** The invocation path has its own, shorter deadlines; this one only keeps a lost connection from waiting for ever. */
    private static final Duration DEADLINE = Duration.ofHours(25);

    private final OutgoingHttp http;
    private final URI gateway;

    /** @param gateway where the gateway listens, for example {@code http://127.0.0.1:8080}, without a slash at the end */
    LoopbackInvoker(OutgoingHttp http, URI gateway) {
        this.http = http;
        this.gateway = gateway;
    }

    @Override
    public InvocationResult invoke(
            FunctionKey function,
            String method,
            String path,
            @Nullable String query,
            Map<String, String> headers,
            CallBody body)
            throws IOException, InterruptedException {
        String url = gateway + "/function/" + function + path + (query == null ? "" : "?" + query);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url)).timeout(DEADLINE).method(method, body.publisher());
        headers.forEach((name, value) -> addHeader(request, name, value));
        HttpResponse<InputStream> answer = http.get().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        return new InvocationResult(
                answer.statusCode(),
                answer.headers().firstValue("Content-Type").orElse(null),
                answer.headers().firstValue("Retry-After").orElse(null),
                answer.body(),
                answer.headers().firstValue("X-OpenFaaS-Internal").isPresent());
    }

    private static void addHeader(HttpRequest.Builder request, String name, String value) {
        try {
            request.header(name, value);
        } catch (IllegalArgumentException e) {
            // one the client reserves for itself or that HTTP does not allow: the call goes without it
        }
    }
}
