package dev.vfaas.image.toolchain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A registry for npm that holds what a test publishes. */
final class NpmRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final Map<String, ObjectNode> documents = new ConcurrentHashMap<>();
    private final Map<String, byte[]> archives = new ConcurrentHashMap<>();

    NpmRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Publishes a package; {@code more} is JSON of further fields of package.json, {@code files} its other files. */
    void publish(String name, String version, String more, Map<String, String> files) throws IOException {
        ObjectNode manifest = (ObjectNode) JSON.readTree(more);
        manifest.put("name", name).put("version", version);
        String archive = "/archives/" + name.replace("/", "-") + "-" + version + ".tgz";
        archives.put(archive, tgz(manifest.toString(), files));
        ObjectNode document =
                documents.computeIfAbsent(name, n -> JSON.createObjectNode().put("name", n));
        document.withObject("/dist-tags").put("latest", version);
        manifest.withObject("/dist").put("tarball", url() + archive.substring(1));
        document.withObject("/versions").set(version, manifest);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
            ObjectNode document = documents.get(path.substring(1));
            byte[] body = document != null ? JSON.writeValueAsBytes(document) : archives.get(path);
            byte[] answer = body != null ? body : "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body != null ? 200 : 404, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static byte[] tgz(String manifest, Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            add(tar, "package.json", manifest);
            for (Map.Entry<String, String> file : files.entrySet()) {
                add(tar, file.getKey(), file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, String content) throws IOException {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry("package/" + name);
        entry.setSize(data.length);
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
