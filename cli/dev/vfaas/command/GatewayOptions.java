package dev.vfaas.command;

import dev.vfaas.context.Destination;
import dev.vfaas.context.Logins;
import dev.vfaas.context.SshRoute;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.openfaas.Transport;
import dev.vfaas.stack.Stack;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which gateway, and as whom; mixed into commands that speak to one. */
final class GatewayOptions {
    /** How long one request of the management API may take. */
    static final Duration DEADLINE = Duration.ofSeconds(60);

    @Option(
            names = {"-g", "--gateway"},
            paramLabel = "URL",
            description =
                    "gateway (default: the stack file's, OPENFAAS_URL, the current context, http://127.0.0.1:8080)")
    @Nullable
    String gateway;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "namespace of the function (default: the gateway's own)")
    @Nullable
    String namespace;

    @Option(
            names = {"-k", "--token"},
            paramLabel = "TOKEN",
            description = "bearer token, in place of the stored login")
    @Nullable
    String token;

    @Option(names = "--tls-no-verify", description = "do not check the gateway's certificate")
    boolean tlsNoVerify;

    /** Where the command goes; the stack file is looked at only when no option says so. */
    Destination destination(Session session, Supplier<@Nullable Stack> stack) {
        return Destination.decide(session.environment(), gateway, () -> {
            Stack file = stack.get();
            return file == null ? null : file.gateway();
        });
    }

    /** A client of the gateway that the options and the stack file in sight name. */
    OpenFaas client(Session session, StackSelection selection) {
        return client(
                session, destination(session, () -> selection.find(session).orElse(null)));
    }

    /** A client of {@code destination}. */
    OpenFaas client(Session session, Destination destination) {
        Credentials credentials = credentials(session, destination);
        if (!(credentials instanceof Credentials.None)
                && !tlsNoVerify
                && !destination.gateway().confidential()) {
            session.console().warn("the login travels to " + destination.gateway() + " without encryption; use https");
        }
        return client(session, destination, credentials, DEADLINE);
    }

    /** What the options or the stored login say for the gateway that the options and the stack file in sight name. */
    Credentials credentials(Session session, StackSelection selection) {
        return credentials(
                session, destination(session, () -> selection.find(session).orElse(null)));
    }

    /** What the options or the stored login say for {@code destination}. */
    Credentials credentials(Session session, Destination destination) {
        return token != null
                ? new Credentials.Bearer(Secret.of(token))
                : new Logins(session.environment()).find(destination.gateway()).orElse(Credentials.NONE);
    }

    /** A client of {@code destination} with credentials that are not stored. */
    OpenFaas client(Session session, Destination destination, Credentials credentials, Duration deadline) {
        SshRoute route = destination.route();
        return new OpenFaas(new Transport(new Transport.Target(
                destination.gateway(),
                credentials,
                !tlsNoVerify,
                session.userAgent(),
                deadline,
                route == null ? null : session.routes().open(route))));
    }
}
