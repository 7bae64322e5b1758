package dev.vfaas.function;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * Stands between the handler and the connection. It notes status and size for the log, adds X-Duration-Seconds, bounds reading and writing in time,
 * and after the handler's time is over it refuses what the handler still writes, so that a 504 and a late answer cannot mix.
 */
final class FunctionExchange extends HttpExchange {
    private final HttpExchange connection;
    private final Settings settings;
    private final Clock clock;
    private final long started = System.nanoTime();
    private final Headers headers = new Headers(); // the handler's; sent when the answer begins
    private InputStream requestBody;
    private LimitedAnswer answer;
    private int status = -1; // until the answer began
    private boolean shut;

    FunctionExchange(HttpExchange connection, Settings settings, Clock clock) {
        this.connection = connection;
        this.settings = settings;
        this.clock = clock;
        boolean bodiless = !connection.getRequestHeaders().containsKey("Transfer-Encoding")
                && connection.getRequestHeaders().getFirst("Content-Length") == null;
        requestBody = bodiless
                ? connection.getRequestBody()
                : new LimitedBody(connection.getRequestBody(), clock.deadline(settings.readTimeout(), "read_timeout"));
    }

    /** Seconds since the request arrived, with six decimals. */
    String seconds() {
        return BigDecimal.valueOf((System.nanoTime() - started) / 1000, 6).toPlainString();
    }

    /** Bytes of the answer's body so far. */
    synchronized long written() {
        return answer == null ? 0 : answer.written();
    }

    @Override
    public synchronized void sendResponseHeaders(int code, long length) throws IOException {
        if (shut) {
            throw new IOException("the answer is closed: exec_timeout exceeded");
        }
        begin(code, length, headers);
    }

    private void begin(int code, long length, Headers own) throws IOException {
        if (status != -1) {
            throw new IOException("the answer has already begun");
        }
        Headers sent = connection.getResponseHeaders();
        own.forEach((name, values) -> sent.put(name, new ArrayList<>(values)));
        sent.set("X-Duration-Seconds", seconds());
        boolean bodiless = code == 204 || code == 304 || code < 200;
        long announced = bodiless ? -1 : length;
        if (getRequestMethod().equals("HEAD") && length > 0) {
            sent.set("Content-Length", Long.toString(length));
            announced = -1;
        }
        status = code;
        Clock.Deadline deadline = clock.deadline(settings.writeTimeout(), "write_timeout");
        deadline.enter();
        try {
            connection.sendResponseHeaders(code, announced);
        } finally {
            deadline.leave();
        }
        answer = new LimitedAnswer(announced == -1 ? OutputStream.nullOutputStream() : connection.getResponseBody(), deadline);
    }

    /** Answers with a plain text of the server's own instead of the handler's answer. False when that had begun, so only cutting the connection tells. */
    synchronized boolean replace(int code, String text) throws IOException {
        boolean begun = status != -1;
        shut = true;
        if (begun) {
            answer.shut();
            return false;
        }
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        Headers plain = new Headers();
        plain.set("Content-Type", "text/plain; charset=utf-8");
        if (code == 504) {
            plain.set("Connection", "close"); // the handler may still be reading the request
        }
        begin(code, body.length, plain);
        answer.write(body);
        answer.flush();
        answer.shut();
        return true;
    }

    /** Completes what the handler left: an empty 200, or the end of its answer. */
    synchronized void finish() throws IOException {
        if (status == -1) {
            begin(200, -1, headers);
        }
        try {
            if (!shut) {
                answer.close();
            }
        } finally {
            end();
        }
    }

    /** Releases the connection for the next request, after the rest of this one was read away. */
    void end() throws IOException {
        try {
            requestBody.close();
        } finally {
            connection.close();
        }
    }

    @Override
    public synchronized int getResponseCode() {
        return status;
    }

    @Override
    public Headers getRequestHeaders() {
        return connection.getRequestHeaders();
    }

    @Override
    public Headers getResponseHeaders() {
        return headers;
    }

    /** What was in fact sent. */
    Headers sentHeaders() {
        return connection.getResponseHeaders();
    }

    @Override
    public URI getRequestURI() {
        return connection.getRequestURI();
    }

    @Override
    public String getRequestMethod() {
        return connection.getRequestMethod();
    }

    @Override
    public HttpContext getHttpContext() {
        return connection.getHttpContext();
    }

    /** Nothing: the server ends the exchange after the handler returned. */
    @Override
    public void close() {}

    @Override
    public InputStream getRequestBody() {
        return requestBody;
    }

    /** @throws IllegalStateException before {@link #sendResponseHeaders} */
    @Override
    public synchronized OutputStream getResponseBody() {
        if (answer == null) {
            throw new IllegalStateException("call sendResponseHeaders(status, length) first; length 0 streams");
        }
        return answer;
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return connection.getRemoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return connection.getLocalAddress();
    }

    @Override
    public String getProtocol() {
        return connection.getProtocol();
    }

    @Override
    public Object getAttribute(String name) {
        return connection.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        connection.setAttribute(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        throw new UnsupportedOperationException("filters belong into the handler");
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return connection.getPrincipal();
    }
}
