package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Contexts;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.openfaas.GatewayUrl;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfaas context use}. */
@Command(
        name = "use",
        description = "Make a context the current one; with --gateway, make the context too",
        footer = {
            "",
            "Examples:",
            "  vfaas context use local",
            "  vfaas context use production --gateway https://gateway.example.com"
        })
final class ContextUseCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "the context's name")
    String name = "";

    @Option(
            names = {"-g", "--gateway"},
            paramLabel = "URL",
            description = "the gateway the name shall stand for")
    @Nullable
    String gateway;

    ContextUseCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Contexts contexts = new Contexts(session.environment());
        if (gateway != null) {
            contexts.put(new Context(name, parse(gateway)));
        }
        Context current = contexts.use(name);
        session.console()
                .info("commands now go to " + current.gateway()
                        + (current.route() == null ? "" : ", which is " + current.route() + ", through SSH")
                        + " (context " + name + ")");
        if (session.environment().get("OPENFAAS_URL") != null) {
            session.console().warn("OPENFAAS_URL is set and goes before the context");
        }
        return ExitCode.OK.code();
    }

    private static GatewayUrl parse(String url) {
        try {
            return GatewayUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("the gateway URL \"" + url + "\" is malformed: " + e.getMessage());
        }
    }
}
