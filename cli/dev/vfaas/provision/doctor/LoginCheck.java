package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.console.Failure;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.context.ServerContext;
import dev.vfaas.context.SshRoute;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayInfo;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Transport;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.stack.StackBlueprint;
import dev.vfaas.provision.stack.StackChoice;
import dev.vfaas.ssh.Server;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Whether this machine reaches the gateway of a server through SSH and is let in with the login it keeps. */
final class LoginCheck {
    private static final String ID = "G-LOGIN";
    private static final String TITLE = "login to the gateway";
    private static final Duration SHORT = Duration.ofSeconds(15);

    private final ServerContext context;

    LoginCheck(ServerContext context) {
        this.context = context;
    }

    List<Finding> check(Server server, Facts facts) {
        if (StackBlueprint.of(facts).orElse(StackChoice.NONE) == StackChoice.NONE) {
            return List.of();
        }
        String mend = "vfaas up " + server.name();
        Optional<Context> kept = context.find();
        Optional<Credentials> login = context.login();
        SshRoute route = kept.map(Context::route).orElse(null);
        if (route == null || login.isEmpty()) {
            return List.of(warn(ID, TITLE, "this machine keeps no context with a login for it", mend));
        }
        try (Server.Forward forward = server.forward(route.host(), route.port())) {
            GatewayUrl url = GatewayUrl.parse("http://127.0.0.1:" + forward.port());
            GatewayInfo info =
                    new OpenFaas(new Transport(new Transport.Target(url, login.get(), true, "vfaas", SHORT))).info();
            String release = Objects.requireNonNullElse(info.version().release(), "");
            return List.of(pass(
                    ID,
                    TITLE,
                    (info.provider().provider() + " " + release).strip() + " answers at " + route.forward()));
        } catch (GatewayException e) {
            String said = e.kind() == GatewayException.Kind.UNAUTHORIZED
                    ? "the gateway does not know the login this machine keeps"
                    : "no answer (" + (e.detail().isEmpty() ? e.kind().toString() : e.detail()) + ")";
            return List.of(block(ID, TITLE, route.forward() + ": " + said, mend));
        } catch (Failure e) {
            return List.of(block(ID, TITLE, route.forward() + ": " + Failure.headline(e.text()), mend));
        }
    }
}
