package dev.vfaas.command;

import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.GatewayProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where an embedded gateway listens and keeps its data, and what else it is told. */
final class GatewayAddress {
    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "port to listen on, 0 for any free one (default: 8080)")
    int port = 8080;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "address to listen on (default: 127.0.0.1)")
    String host = "127.0.0.1";

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "where it keeps functions, images and secrets (default: $$XDG_DATA_HOME/vfaas/gateway)")
    @Nullable
    Path dataDirectory;

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            description = "write a line of JSON for each request to FILE, - for standard output")
    @Nullable
    String accessLog;

    @Option(
            names = "--queue",
            paramLabel = "URL",
            description =
                    "keep asynchronous calls on the NATS JetStream server nats://HOST:PORT, shared with other gateways"
                            + " (default: the gateway's own database)")
    @Nullable
    String queue;

    EmbeddedGateway gateway(Session session) {
        return dataDirectory == null
                ? EmbeddedGateway.of(session.environment())
                : new EmbeddedGateway(session.environment().resolve(dataDirectory.toString()));
    }

    GatewayProcess.Options options() {
        List<String> more = new ArrayList<>();
        if (accessLog != null) {
            more.addAll(List.of("--access-log", accessLog));
        }
        if (queue != null) {
            more.addAll(List.of("--queue", queue));
        }
        return new GatewayProcess.Options(port, host, more);
    }
}
