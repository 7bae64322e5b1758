package dev.vfaas.openfaas;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.Proxy;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/** HTTP to one gateway: credentials, deadlines, TLS, and what an answer means. Thread-safe. */
public final class Transport {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Target target;
    private final OkHttpClient client;

    /**
     * Which gateway, and how to speak to it.
     *
     * @param verifyTls whether the server's certificate is checked
     * @param userAgent for example {@code vfaas/0.1.0}
     * @param deadline how long one request of the management API may take in all
     * @param way null to connect to the address in the URL
     */
    public record Target(
            GatewayUrl gateway,
            Credentials credentials,
            boolean verifyTls,
            String userAgent,
            Duration deadline,
            @Nullable Way way) {
        /** One that is reached directly. */
        public Target(
                GatewayUrl gateway, Credentials credentials, boolean verifyTls, String userAgent, Duration deadline) {
            this(gateway, credentials, verifyTls, userAgent, deadline, null);
        }
    }

    public Transport(Target target) {
        this.target = target;
        this.client = client(target);
    }

    private static OkHttpClient client(Target target) {
        // Redirects are not followed: a redirected POST would arrive as a GET, and credentials are for this gateway
        // only.
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .connectTimeout(CONNECT)
                .readTimeout(target.deadline())
                .callTimeout(target.deadline())
                .followRedirects(false)
                .fastFallback(false);
        if (target.gateway().loopback()) {
            builder.proxy(Proxy.NO_PROXY);
        }
        if (target.way() != null) {
            builder.socketFactory(target.way().sockets());
        }
        if (target.gateway().cleartext()) {
            // Without it OkHttp reads the trusted certificates, which takes longer than the whole request.
            builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
        } else if (!target.verifyTls()) {
            trustAnyone(builder);
        }
        return builder.build();
    }

    GatewayUrl gateway() {
        return target.gateway();
    }

    @Nullable
    Way way() {
        return target.way();
    }

    /** The body of a successful GET. */
    String get(HttpUrl url) {
        try (Response response = client.newCall(request(url).get().build()).execute()) {
            return checked(response).body().string();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Sends JSON and returns the status, which is a success. */
    int send(String method, HttpUrl url, String json) {
        Request request =
                request(url).method(method, RequestBody.create(json, JSON)).build();
        try (Response response = client.newCall(request).execute()) {
            return checked(response).code();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Sends a POST without a body and returns the body of the answer, which is a success. */
    String post(HttpUrl url) {
        Request request =
                request(url).post(RequestBody.create(new byte[0], null)).build();
        try (Response response = client.newCall(request).execute()) {
            return checked(response).body().string();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** The answer to a GET whose body goes on without an end. */
    Response stream(HttpUrl url) throws IOException {
        OkHttpClient endless = client.newBuilder()
                .callTimeout(Duration.ZERO)
                .readTimeout(Duration.ZERO)
                .build();
        return checked(endless.newCall(request(url).get().build()).execute());
    }

    Invocation.Answer invoke(Request.Builder request, Invocation invocation) {
        OkHttpClient patient = client.newBuilder()
                .callTimeout(Duration.ZERO)
                .readTimeout(invocation.silence())
                .writeTimeout(invocation.silence())
                .retryOnConnectionFailure(false) // a call may have had an effect
                .build();
        request.header("User-Agent", target.userAgent());
        invocation.headers().forEach(header -> request.addHeader(header.getKey(), header.getValue()));
        request.method(invocation.method(), body(invocation));
        try {
            return new OkHttpAnswer(patient.newCall(request.build()).execute(), this);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** A body that says so when the way breaks. */
    private InputStream watched(InputStream body) {
        return new FilterInputStream(body) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    return super.read(buffer, offset, length);
                } catch (IOException e) {
                    if (target.way() != null && target.way().broken()) {
                        throw failure(e);
                    }
                    throw e;
                }
            }
        };
    }

    /** What an error on the way to the gateway or back means. */
    GatewayException failure(IOException e) {
        Way way = target.way();
        GatewayException.Kind kind = GatewayException.Kind.UNREACHABLE;
        if (way != null && way.broken()) {
            kind = GatewayException.Kind.LOST;
        } else if (e instanceof InterruptedIOException) {
            kind = GatewayException.Kind.TIMED_OUT;
        }
        Throwable root = e;
        while (root.getCause() != null) { // the innermost says "Connection refused"
            root = root.getCause();
        }
        String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        if (root instanceof EOFException) { // OkHttp's own words for it speak of its buffer
            reason = "the connection was closed before an answer came";
        }
        return new GatewayException(kind, gateway(), 0, reason, e, way);
    }

    private Request.Builder request(HttpUrl url) {
        Request.Builder request = new Request.Builder().url(url).header("User-Agent", target.userAgent());
        String authorization = target.credentials().header();
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private Response checked(Response response) throws IOException {
        if (response.isSuccessful()) {
            return response;
        }
        try (response) {
            String location = response.header("Location");
            String detail = response.isRedirect() && location != null
                    ? location
                    : response.body().string();
            throw GatewayException.refused(gateway(), response.code(), detail, way());
        }
    }

    private static @Nullable RequestBody body(Invocation invocation) {
        return switch (invocation.body()) {
            case Invocation.Body.Bytes(String type, byte[] content) -> RequestBody.create(content, mediaType(type));
            case Invocation.Body.Stream(String type, InputStream content) -> streamed(mediaType(type), content);
            case null ->
                invocation.method().equals("GET") || invocation.method().equals("HEAD")
                        ? null
                        : RequestBody.create(new byte[0], null);
        };
    }

    private static @Nullable MediaType mediaType(String type) {
        return type.isEmpty() ? null : MediaType.parse(type);
    }

    private static RequestBody streamed(@Nullable MediaType type, InputStream content) {
        return new RequestBody() {
            @Override
            public @Nullable MediaType contentType() {
                return type;
            }

            @Override
            public boolean isOneShot() {
                return true;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                Source source = Okio.source(content);
                for (long read = source.read(sink.getBuffer(), 8192);
                        read >= 0;
                        read = source.read(sink.getBuffer(), 8192)) {
                    sink.flush(); // what a person types line by line arrives line by line
                }
            }
        };
    }

    private record OkHttpAnswer(Response response, Transport transport) implements Invocation.Answer {
        @Override
        public int status() {
            return response.code();
        }

        @Override
        public boolean successful() {
            return response.isSuccessful();
        }

        @Override
        public @Nullable String header(String name) {
            return response.header(name);
        }

        @Override
        public InputStream body() {
            return transport.watched(response.body().byteStream());
        }

        @Override
        public void close() {
            response.close();
        }
    }

    private static void trustAnyone(OkHttpClient.Builder builder) {
        X509TrustManager anyone = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {anyone}, new SecureRandom());
            builder.sslSocketFactory(context.getSocketFactory(), anyone).hostnameVerifier((host, session) -> true);
        } catch (GeneralSecurityException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
