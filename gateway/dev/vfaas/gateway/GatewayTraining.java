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
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A gateway's life in short, so that a JDK AOT cache made of this process holds what a start and a first call load. */
final class GatewayTraining {
    private static final List<String> PATHS = List.of(
            "/healthz",
            "/readyz",
            "/metrics",
            "/system/info",
            "/system/functions",
            "/system/namespaces",
            "/function/none",
            "/v2/",
            "/v2/_catalog");

    private GatewayTraining() {}

    /** @param arguments the data directory, which does not exist yet */
    public static void main(String[] arguments) throws IOException, InterruptedException, DataDirectory.InUse {
        Log log = new Log(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        GatewayConfig config = GatewayConfig.of(Path.of(arguments[0])).withPort(0);
        try (DataDirectory data = DataDirectory.open(config.dataDirectory())) {
            Secret password = data.password();
            Rooms rooms = LocalRooms.open(config, Map.of(), log);
            try (Gateway gateway = Gateway.over(rooms, config, new BasicAuthentication("admin", password), log)) {
                InetSocketAddress address = gateway.listen();
                ask("http://127.0.0.1:" + address.getPort(), password);
            }
        }
    }

    private static void ask(String gateway, Secret password) throws IOException, InterruptedException {
        String basic =
                Base64.getEncoder().encodeToString(("admin:" + password.revealText()).getBytes(StandardCharsets.UTF_8));
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : PATHS) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + path))
                        .header("Authorization", "Basic " + basic)
                        .build();
                client.send(request, HttpResponse.BodyHandlers.discarding());
            }
        }
    }
}
