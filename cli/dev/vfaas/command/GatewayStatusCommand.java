package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.View;
import dev.vfaas.context.EmbeddedGateway;
import dev.vfaas.context.EmbeddedGateway.Running;
import dev.vfaas.openfaas.GatewayException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas gateway status}. */
@Command(
        name = "status",
        description = "Show whether the gateway runs, and where",
        footer = {
            "",
            "JSON: {running, healthy, url, pid, started, version, dataDirectory, log}",
            "",
            "Examples:",
            "  vfaas gateway status",
            "  vfaas gateway status -o json"
        })
final class GatewayStatusCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Option(names = "--data-dir", paramLabel = "DIR", description = "the gateway's data directory")
    @Nullable
    Path dataDirectory;

    GatewayStatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        GatewayAddress address = new GatewayAddress();
        address.dataDirectory = dataDirectory;
        EmbeddedGateway gateway = address.gateway(session);
        Running running = gateway.running().orElse(null);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("running", running != null);
        if (running != null) {
            data.put("healthy", healthy(gateway, running));
            data.put("url", running.url().text());
            data.put("pid", running.pid());
            data.put("started", running.started());
            data.put("version", running.version());
        }
        data.put("dataDirectory", gateway.directory().toString());
        data.put("log", gateway.log().toString());
        output.show(
                session.console(),
                new View(
                        data,
                        () -> human(data),
                        () -> running == null
                                ? List.of()
                                : List.of(running.url().text())));
        return ExitCode.OK.code();
    }

    private boolean healthy(EmbeddedGateway gateway, Running running) {
        try {
            new LocalGateway(session, gateway).checkHealth(running);
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    private static String human(Map<String, Object> data) {
        if (Boolean.FALSE.equals(data.get("running"))) {
            return "the gateway does not run; its data is in " + data.get("dataDirectory");
        }
        return Details.of()
                .line(
                        "Status",
                        Boolean.TRUE.equals(data.get("healthy")) ? "running" : "running, but it does not answer")
                .line("URL", data.get("url"))
                .line("Process", data.get("pid"))
                .line("Started", data.get("started"))
                .line("Version", data.get("version"))
                .line("Data", data.get("dataDirectory"))
                .line("Log", data.get("log"))
                .toString();
    }
}
