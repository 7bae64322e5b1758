package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Destination;
import dev.vfaas.context.Logins;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas login}. */
@Command(
        name = "login",
        description = "Check a user's password with a gateway and keep it in ~/.openfaas/config.yml, as faas-cli does",
        footer = {
            "",
            "Examples:",
            "  vfaas login --gateway https://gateway.example.com",
            "  vfaas login --password-stdin < password.txt"
        })
final class LoginCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "user (default: admin)")
    String user = "admin";

    @Option(
            names = {"-p", "--password"},
            paramLabel = "PASSWORD",
            description = "password; other users of this machine can see it")
    @Nullable
    String password;

    @Option(
            names = {"-s", "--password-stdin"},
            description = "read the password from standard input")
    boolean passwordStdin;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "how long the gateway may take (default: 10s)")
    Duration timeout = Duration.ofSeconds(10);

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    StackSelection stack = new StackSelection();

    LoginCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        Console console = session.console();
        Destination destination =
                gateway.destination(session, () -> stack.find(session).orElse(null));
        Credentials credentials = new Credentials.Basic(user, password());
        if (!destination.gateway().confidential() && !gateway.tlsNoVerify) {
            console.warn("the password travels to " + destination.gateway() + " without encryption; use https");
        }
        try {
            gateway.client(session, destination, credentials, timeout).functions(gateway.namespace);
        } catch (GatewayException e) {
            if (e.kind() == GatewayException.Kind.UNAUTHORIZED) {
                throw Failure.of(
                                ExitCode.AUTHENTICATION,
                                "the gateway " + destination.gateway() + " refuses user " + user
                                        + " with this password")
                        .because(e);
            }
            throw e;
        }
        Logins logins = new Logins(session.environment());
        logins.save(destination.gateway(), credentials);
        console.info("logged in to " + destination.gateway() + " as " + user + "; kept in " + logins.path());
        return ExitCode.OK.code();
    }

    private Secret password() throws IOException {
        Console console = session.console();
        if (password != null && passwordStdin) {
            throw Failure.usage("--password and --password-stdin exclude each other");
        }
        String text = password;
        if (text != null) {
            console.warn("--password can be seen by other users of this machine and stays in the shell's history;"
                    + " --password-stdin does not");
        } else if (passwordStdin) {
            text = new String(console.input().readAllBytes(), StandardCharsets.UTF_8).strip();
        } else {
            text = console.promptHidden("Password of " + user, "--password-stdin");
        }
        if (text.isEmpty()) {
            throw Failure.usage("the password is empty").next("vfaas login --password-stdin < FILE");
        }
        return Secret.of(text);
    }
}
