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
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/**
 * One request and its answer, as a handler sees them. After the handler's time is over it refuses what the handler still writes, so that a 504 and a late
 * answer cannot mix.
 */
final class FunctionExchange extends HttpExchange {
    private final long started = System.nanoTime();
    private final Socket socket;
    private final RequestHead request;
    private final RequestBody body;
    private final Answer answer;
    private final Headers headers = new Headers(); // the handler's
    private final Map<String, Object> attributes = new HashMap<>();
    private final OutputStream handlersStream = new HandlersStream();
    private int status = -1; // until the handler says
    private boolean shut; // to the handler

    FunctionExchange(Socket socket, RequestHead request, RequestBody body, Answer answer) {
        this.socket = socket;
        this.request = request;
        this.body = body;
        this.answer = answer;
    }

    RequestHead request() {
        return request;
    }

    RequestBody body() {
        return body;
    }

    Answer answer() {
        return answer;
    }

    /** Seconds since the request arrived, with six decimals. */
    String seconds() {
        return BigDecimal.valueOf((System.nanoTime() - started) / 1000, 6).toPlainString();
    }

    /** Length 0 streams an unknown number of bytes, -1 is no body, as the JDK's server has it. */
    @Override
    public synchronized void sendResponseHeaders(int code, long length) throws IOException {
        if (shut) {
            throw new IOException("the answer is closed");
        }
        if (status != -1) {
            throw new IOException("the answer has already begun");
        }
        if (code < 200 || code > 999) {
            throw new IllegalArgumentException("not the status of an answer: " + code);
        }
        Headers sent = copy(headers);
        if (length >= 0 && !sent.containsKey("Content-Type")) {
            sent.set("Content-Type", "application/octet-stream");
        }
        begin(code, sent, length == 0 ? -1 : Math.max(0, length));
    }

    private void begin(int code, Headers sent, long length) {
        sent.set("X-Duration-Seconds", seconds());
        status = code;
        answer.head(code, sent, length);
    }

    /** Answers with a plain text of the server's own instead of the handler's answer. False when that is on its way: only cutting the connection tells. */
    synchronized boolean replace(int code, String text) throws IOException {
        shut = true;
        if (answer.sent()) {
            return false;
        }
        byte[] plain = (text + "\n").getBytes(StandardCharsets.UTF_8);
        Headers own = new Headers();
        own.set("Content-Type", "text/plain; charset=utf-8");
        begin(code, own, plain.length);
        answer.write(plain);
        answer.close();
        return true;
    }

    /** Completes what the handler left: an empty 200, or the end of its answer. */
    synchronized void finish() throws IOException {
        if (status == -1) {
            begin(200, copy(headers), 0);
        }
        shut = true;
        answer.close();
    }

    private static Headers copy(Headers headers) {
        Headers copy = new Headers();
        headers.forEach((name, values) -> copy.put(name, new ArrayList<>(values)));
        return copy;
    }

    @Override
    public synchronized int getResponseCode() {
        return status;
    }

    @Override
    public Headers getRequestHeaders() {
        return request.headers();
    }

    @Override
    public Headers getResponseHeaders() {
        return headers;
    }

    @Override
    public URI getRequestURI() {
        return request.uri();
    }

    @Override
    public String getRequestMethod() {
        return request.method();
    }

    /** None: there is one handler for everything. */
    @Override
    public HttpContext getHttpContext() {
        return null;
    }

    /** Nothing: the server ends the exchange after the handler returned. */
    @Override
    public void close() {}

    @Override
    public InputStream getRequestBody() {
        return body;
    }

    @Override
    public OutputStream getResponseBody() {
        return handlersStream;
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return (InetSocketAddress) socket.getRemoteSocketAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public String getProtocol() {
        return request.http11() ? "HTTP/1.1" : "HTTP/1.0";
    }

    @Override
    public Object getAttribute(String name) {
        return attributes.get(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        attributes.put(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        throw new UnsupportedOperationException("there are no filters here");
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return null;
    }

    /** The answer's stream in the handler's hands. */
    private final class HandlersStream extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            synchronized (FunctionExchange.this) {
                open().write(data, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            synchronized (FunctionExchange.this) {
                open().flush();
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (FunctionExchange.this) {
                open().close();
            }
        }

        private Answer open() throws IOException {
            if (shut) {
                throw new IOException("the answer is closed");
            }
            if (status == -1) {
                throw new IOException("call sendResponseHeaders(status, length) first; length 0 streams");
            }
            return answer;
        }
    }
}
