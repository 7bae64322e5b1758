package dev.vfaas.template;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** One connection that speaks HTTP/1.1 byte by byte, so that a test can send what no client library would. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    /** A response; header names are case-insensitive. */
    record Response(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        boolean chunked() {
            return "chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"));
        }
    }

    /** Connects; every later read gives up after 20 seconds. */
    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    Wire send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a request with a Content-Length; {@code headers} are whole lines, each with its CRLF. */
    Wire request(String method, String target, String headers, byte[] body) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(
                (method + " " + target + " HTTP/1.1\r\nHost: function\r\n" + headers).getBytes(StandardCharsets.UTF_8));
        if (body.length > 0 || !(method.equals("GET") || method.equals("HEAD"))) {
            message.writeBytes(("Content-Length: " + body.length + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        message.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        message.writeBytes(body);
        return send(message.toByteArray());
    }

    /** Reads a whole response to a request of that method. */
    Response response(String method) throws IOException {
        Response head = head();
        if (method.equals("HEAD") || head.status() == 204 || head.status() == 304) {
            return head;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String length = head.headers().get("Content-Length");
        if (head.chunked()) {
            for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
                body.writeBytes(chunk);
            }
        } else if (length != null) {
            byte[] bytes = in.readNBytes(Integer.parseInt(length));
            if (bytes.length < Integer.parseInt(length)) {
                throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
            }
            body.writeBytes(bytes);
        } else {
            body.writeBytes(in.readAllBytes());
        }
        return new Response(head.status(), head.headers(), body.toByteArray());
    }

    /** Reads status line and headers. */
    Response head() throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        return new Response(Integer.parseInt(status.split(" ", 3)[1]), headers, new byte[0]);
    }

    /** Reads a chunk of a chunked body; empty at its end. */
    byte[] chunk() throws IOException {
        int size = HexFormat.fromHexDigits(line().split(";", 2)[0].strip());
        byte[] data = in.readNBytes(size);
        line();
        return data;
    }

    /** True when the server has closed the connection; waits for a byte otherwise. */
    boolean closed() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** True when the server has ended the connection though it has not been read from: sending fails then. */
    boolean isCut() {
        try {
            send("GET /_/health HTTP/1.1\r\nHost: f\r\n\r\n");
            return false;
        } catch (IOException ended) {
            return true;
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended in the middle of a line: " + line);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
