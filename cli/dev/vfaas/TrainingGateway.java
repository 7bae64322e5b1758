package dev.vfaas;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Just enough of a gateway and its image store for commands to run against while a JDK AOT cache is trained: it takes everything. */
final class TrainingGateway implements AutoCloseable {
    private static final String FUNCTION = """
            {"name":"hello","image":"hello:latest","replicas":1,"availableReplicas":1,"invocationCount":1,"createdAt":"2026-01-01T00:00:00Z",
             "labels":{"a":"b"},"annotations":{"dev.vfaas.revision":"1","dev.vfaas.revision.serving":"1","dev.vfaas.status":"Ready"}}""";
    private static final String INFO = """
            {"provider":{"provider":"vfaas","orchestration":"process","version":{"release":"0"}},"version":{"release":"0"},"arch":"x86_64"}""";
    private static final String LOG = """
            {"name":"hello","namespace":"","instance":"hello-1","timestamp":"2026-01-01T00:00:00Z","text":"hello\\n"}
            """;

    private final ServerSocket server;

    TrainingGateway() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> converse(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void converse(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                in.skipNBytes(contentLength(head));
                client.getOutputStream().write(answer(head).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // The client went away: its command is over.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            if (head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static long contentLength(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
    }

    private String answer(String head) {
        String[] words = head.split(" ", 3);
        String path = words[1];
        boolean images = path.startsWith("/v2/");
        String status = switch (words[0]) {
            case "GET" -> images && path.length() > 4 ? "404 Not Found" : "200 OK";
            case "HEAD" -> "404 Not Found";
            case "PUT" -> images ? "201 Created" : "202 Accepted";
            default -> path.startsWith("/function/") ? "200 OK" : "202 Accepted";
        };
        String location = images ? "Location: " + url() + "/v2/hello/blobs/uploads/1\r\n" : "";
        String body = words[0].equals("HEAD") ? "" : body(path);
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 " + status + "\r\n" + location + "Content-Length: " + length + "\r\n\r\n" + body;
    }

    private static String body(String path) {
        return switch (path.replaceAll("\\?.*", "")) {
            case "/system/functions" -> "[" + FUNCTION + "]";
            case "/system/function/hello" -> FUNCTION;
            case "/system/info" -> INFO;
            case "/system/logs" -> LOG;
            default -> path.startsWith("/system/") ? "[]" : "";
        };
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
