package dev.vfaas.gateway.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The least a client of the distribution API does, so that tests can send what the real tools never would. */
public final class RegistryClient implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI base;

    public RegistryClient(URI base) {
        this.base = base;
    }

    public HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    public HttpResponse<byte[]> send(String method, String path, String... headers)
            throws IOException, InterruptedException {
        return send(method, path, new byte[0], headers);
    }

    /** Uploads in one request; returns the digest. */
    Digest blob(String repository, byte[] content) throws IOException, InterruptedException {
        Digest digest = Digest.of(content);
        int status = send("POST", "/v2/" + repository + "/blobs/uploads/?digest=" + digest, content)
                .statusCode();
        if (status != 201) {
            throw new IOException("blob push answered " + status);
        }
        return digest;
    }

    HttpResponse<byte[]> manifest(String repository, String reference, byte[] manifest, String type)
            throws IOException, InterruptedException {
        return send("PUT", "/v2/" + repository + "/manifests/" + reference, manifest, "Content-Type", type);
    }

    /** {@link #image} for other packages. */
    public String pushImage(String repository, String tag, String config, List<String> layers)
            throws IOException, InterruptedException {
        return image(repository, tag, config, layers).toString();
    }

    /** Pushes a whole image of one configuration and the given layers; returns the manifest's digest. */
    Digest image(String repository, String tag, String config, List<String> layers)
            throws IOException, InterruptedException {
        byte[] configuration = config.getBytes(StandardCharsets.UTF_8);
        blob(repository, configuration);
        for (String layer : layers) {
            blob(repository, layer.getBytes(StandardCharsets.UTF_8));
        }
        byte[] manifest = imageManifest(
                configuration,
                layers.stream()
                        .map(layer -> layer.getBytes(StandardCharsets.UTF_8))
                        .toList());
        HttpResponse<byte[]> answer = manifest(repository, tag, manifest, Manifest.OCI_MANIFEST);
        if (answer.statusCode() != 201) {
            throw new IOException("manifest push answered " + answer.statusCode() + " " + text(answer));
        }
        return Digest.of(manifest);
    }

    public byte[] imageManifest(byte[] config, List<byte[]> layers) {
        ObjectNode document = json.createObjectNode();
        document.put("schemaVersion", 2).put("mediaType", Manifest.OCI_MANIFEST);
        describe(document.putObject("config"), "application/vnd.oci.image.config.v1+json", config);
        ArrayNode array = document.putArray("layers");
        layers.forEach(layer -> describe(array.addObject(), "application/vnd.oci.image.layer.v1.tar+gzip", layer));
        return bytes(document);
    }

    /** An index of manifests of the repository, as {@code os/architecture digest}. */
    public byte[] index(String... entries) {
        ObjectNode document = json.createObjectNode();
        document.put("schemaVersion", 2).put("mediaType", Manifest.OCI_INDEX);
        ArrayNode array = document.putArray("manifests");
        for (String entry : entries) {
            String[] parts = entry.split("[ /]");
            ObjectNode descriptor = array.addObject();
            descriptor.put("mediaType", Manifest.OCI_MANIFEST);
            descriptor.put("digest", parts[2]).put("size", 1);
            descriptor.putObject("platform").put("os", parts[0]).put("architecture", parts[1]);
        }
        return bytes(document);
    }

    JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return json.readTree(answer.body());
    }

    static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    public byte[] bytes(ObjectNode document) {
        return document.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void describe(ObjectNode descriptor, String type, byte[] content) {
        descriptor.put("mediaType", type);
        descriptor.put("digest", Digest.of(content).toString());
        descriptor.put("size", content.length);
    }

    @Override
    public void close() {
        http.close();
    }
}
