package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Fields;
import dev.vfaas.console.View;
import dev.vfaas.context.Destination;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayInfo;
import dev.vfaas.openfaas.GatewayUrl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas version}. */
@Command(
        name = "version",
        description = "Show the versions of vfaas and of the gateway",
        footer = {
            "",
            "Asks the gateway and nobody else.",
            "JSON: {cli: {version}, gateway: {uri, version, sha}, provider: {name, orchestration, version, sha}}",
            "",
            "Examples:",
            "  vfaas version",
            "  vfaas version --short-version"
        })
final class VersionCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--short-version", description = "only the version of vfaas")
    boolean brief;

    @Option(
            names = "--warn-update",
            arity = "0..1",
            fallbackValue = "true",
            hidden = true,
            description = "accepted, does nothing")
    boolean warnUpdate;

    @Mixin
    OutputOptions output = new OutputOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    VersionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (brief) {
            session.console().result(session.version());
            return ExitCode.OK.code();
        }
        Destination destination =
                gateway.destination(session, () -> stack.find(session).orElse(null));
        GatewayInfo info = info(destination);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("cli", Fields.of("version", session.version()));
        if (info != null) {
            data.put("gateway", members("uri", destination.gateway().text(), info.version()));
            Map<String, Object> provider =
                    members("name", info.provider().provider(), info.provider().version());
            provider.put("orchestration", info.provider().orchestration());
            data.put("provider", provider);
        }
        output.show(
                session.console(),
                new View(data, () -> human(destination.gateway(), info), () -> List.of(session.version())));
        return ExitCode.OK.code();
    }

    /** Null when there is no gateway to ask: the question was about this tool in the first place. */
    private @Nullable GatewayInfo info(Destination destination) {
        try {
            return gateway.client(session, destination).info();
        } catch (GatewayException noAnswer) {
            return null;
        } catch (Failure noWay) {
            session.console().warn(noWay.text());
            return null;
        }
    }

    private static Map<String, Object> members(String key, String name, GatewayInfo.@Nullable Version version) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(key, name);
        if (version != null && version.release() != null) {
            members.put("version", version.release());
        }
        if (version != null && version.sha() != null) {
            members.put("sha", version.sha());
        }
        return members;
    }

    private String human(GatewayUrl uri, @Nullable GatewayInfo info) {
        Details details = Details.of().line("vfaas", session.version());
        if (info == null) {
            return details.line("Gateway", uri + " (does not answer)").toString();
        }
        return details.line("Gateway", uri + " " + release(info.version()))
                .line(
                        "Provider",
                        info.provider().provider() + " (" + info.provider().orchestration() + ") "
                                + release(info.provider().version()))
                .toString();
    }

    private static String release(GatewayInfo.@Nullable Version version) {
        return version == null || version.release() == null ? "" : version.release();
    }
}
