package dev.vfaas.gateway.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Runs one {@link BlockingHandler} on a port of its own, without the gateway around it; with credentials it asks for basic authentication. */
public final class TestServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public TestServer(BlockingHandler handler, @Nullable String credentials) throws IOException {
        this(0, handler, credentials);
    }

    public TestServer(int port, BlockingHandler handler, @Nullable String credentials) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (credentials != null && !authorized(exchange, credentials)) {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"test\"");
                    exchange.sendResponseHeaders(401, -1);
                    return;
                }
                handler.handle(new JdkExchange(exchange));
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                e.printStackTrace();
                throw new IOException(e);
            }
        });
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String authority() {
        return "127.0.0.1:" + port();
    }

    public URI uri(String path) {
        return URI.create("http://" + authority() + path);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static boolean authorized(HttpExchange exchange, String credentials) {
        String expected = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        return expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private static final class JdkExchange implements Exchange {
        private final HttpExchange exchange;

        JdkExchange(HttpExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public String method() {
            return exchange.getRequestMethod();
        }

        @Override
        public String path() {
            return exchange.getRequestURI().getPath();
        }

        @Override
        public @Nullable String query(String name) {
            String raw = rawQuery();
            for (String pair : raw == null ? new String[0] : raw.split("&")) {
                String[] parts = pair.split("=", 2);
                if (URLDecoder.decode(parts[0], StandardCharsets.UTF_8).equals(name)) {
                    return parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
                }
            }
            return null;
        }

        @Override
        public @Nullable String rawQuery() {
            return exchange.getRequestURI().getRawQuery();
        }

        @Override
        public @Nullable String header(String name) {
            return exchange.getRequestHeaders().getFirst(name);
        }

        @Override
        public Map<String, String> headers() {
            Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> all.put(name, values.getFirst()));
            return all;
        }

        @Override
        public InputStream body() {
            return exchange.getRequestBody();
        }

        @Override
        public void setHeader(String name, String value) {
            exchange.getResponseHeaders().set(name, value);
        }

        @Override
        public void respond(int status, @Nullable String contentType, byte[] body) throws IOException {
            if (contentType != null) {
                setHeader("Content-Type", contentType);
            }
            boolean none = body.length == 0 || method().equals("HEAD");
            exchange.sendResponseHeaders(status, none ? -1 : body.length);
            if (!none) {
                exchange.getResponseBody().write(body);
            }
        }

        @Override
        public void respond(int status, String text) throws IOException {
            respond(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public OutputStream respondStream(int status, @Nullable String contentType, long length) throws IOException {
            if (contentType != null) {
                setHeader("Content-Type", contentType);
            }
            if (method().equals("HEAD")) {
                setHeader("Content-Length", Long.toString(length));
                exchange.sendResponseHeaders(status, -1);
                return OutputStream.nullOutputStream();
            }
            exchange.sendResponseHeaders(status, length == 0 ? -1 : Math.max(length, 0));
            return length == 0 ? OutputStream.nullOutputStream() : exchange.getResponseBody();
        }
    }
}
