package dev.vfaas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What the cluster's nodes may do with their password: read images, and nothing else. */
class ReaderTest {
    @Test
    void nodesReadImagesAndNothingElse() throws Exception {
        try (RunningGateway gateway = new RunningGateway()) {
            String node = "node:" + RunningGateway.NODE_PASSWORD;

            assertThat(status(gateway, "GET", "/v2/", node)).isEqualTo(200);
            assertThat(status(gateway, "HEAD", "/v2/hello/manifests/latest", node))
                    .isEqualTo(200);
            assertThat(status(gateway, "GET", "/v2/", "node:wrong")).isEqualTo(401);
            assertThat(status(gateway, "GET", "/v2/", "admin:" + RunningGateway.NODE_PASSWORD))
                    .isEqualTo(401);
            assertThat(status(gateway, "POST", "/v2/hello/blobs/uploads/", node))
                    .isEqualTo(401);
            assertThat(status(gateway, "DELETE", "/v2/hello/manifests/latest", node))
                    .isEqualTo(401);
            assertThat(status(gateway, "GET", "/system/functions", node)).isEqualTo(401);
            assertThat(status(gateway, "GET", "/system/functions", "admin:" + RunningGateway.PASSWORD))
                    .isEqualTo(200);
        }
    }

    private static int status(RunningGateway gateway, String method, String path, String login)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String basic = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
            HttpRequest request = HttpRequest.newBuilder(gateway.uri(path))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .header("Authorization", "Basic " + basic)
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
