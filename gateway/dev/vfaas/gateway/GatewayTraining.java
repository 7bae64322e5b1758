package dev.vfaas.gateway;

import dev.vfaas.gateway.http.BasicAuthentication;
import dev.vfaas.gateway.log.Log;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A gateway's life in a cluster in short, so that a JDK AOT cache made of this process holds what a start and a first deployment and call load. */
final class GatewayTraining {
    private static final List<String> PATHS = List.of(
            "/healthz",
            "/readyz",
            "/metrics",
            "/system/info",
            "/system/functions",
            "/system/function/hello",
            "/system/namespaces",
            "/function/none",
            "/v2/",
            "/v2/_catalog");

    private static final String FUNCTION = """
            {"service":"hello","image":"registry.example.com/hello:1","labels":{"com.openfaas.scale.min":"1"},"envVars":{"KEY":"value"}}""";

    private GatewayTraining() {}

    /** @param arguments the data directory, which does not exist yet */
    public static void main(String[] arguments)
            throws IOException, GeneralSecurityException, InterruptedException, DataDirectory.InUse {
        Log log = new Log(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        GatewayConfig config = GatewayConfig.of(Path.of(arguments[0])).withPort(0);
        try (DataDirectory data = DataDirectory.open(config.dataDirectory());
                TrainingCluster cluster = new TrainingCluster(config.dataDirectory())) {
            Secret password = data.password();
            BasicAuthentication accounts = new BasicAuthentication("admin", password);
            Rooms rooms = ClusterRooms.open(config, null, accounts, Map.of(), log);
            try (Gateway gateway = Gateway.over(rooms, config, accounts, log)) {
                InetSocketAddress address = gateway.listen();
                ask("http://127.0.0.1:" + address.getPort(), password);
            }
        }
    }

    private static void ask(String gateway, Secret password) throws IOException, InterruptedException {
        String basic =
                Base64.getEncoder().encodeToString(("admin:" + password.revealText()).getBytes(StandardCharsets.UTF_8));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest deploy = HttpRequest.newBuilder(URI.create(gateway + "/system/functions"))
                    .header("Authorization", "Basic " + basic)
                    .POST(HttpRequest.BodyPublishers.ofString(FUNCTION))
                    .build();
            client.send(deploy, HttpResponse.BodyHandlers.discarding());
            for (String path : PATHS) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + path))
                        .header("Authorization", "Basic " + basic)
                        .build();
                client.send(request, HttpResponse.BodyHandlers.discarding());
            }
        }
    }
}
