package dev.vfaas.provision.stack.openfaas;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayInfo;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.OpenFaas;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.openfaas.Transport;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.stack.ClusterObjects;
import dev.vfaas.provision.stack.FirstAnswer;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** Logs in to the gateway the way a person's commands will: through SSH to its ClusterIP, with the Secret's password. */
final class GatewayLogin {
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final int PORT = 8080;

    /** Prints address, user and password, the latter two in base64, a line each. */
    private static final String READ = ClusterObjects.PATH + """
            k3s kubectl -n openfaas get service gateway -o 'jsonpath={.spec.clusterIP}{"\\n"}'
            k3s kubectl -n openfaas get secret basic-auth -o 'jsonpath={.data.basic-auth-user}{"\\n"}{.data.basic-auth-password}{"\\n"}'
            """;

    private final Execution execution;

    GatewayLogin(Execution execution) {
        this.execution = execution;
    }

    /** Throws a Failure (exit 7) unless the gateway knows the password; keeps in the state what answered. */
    void verify() {
        // Not through the execution: what that runs may be shown when it fails, and this prints a password.
        Completed completed = execution.server().runAsRoot(Command.script(READ), SHORT);
        List<String> lines = completed.out().lines().toList();
        if (!completed.ok() || lines.size() != 3 || lines.stream().anyMatch(String::isBlank)) {
            throw failed("its Service gateway or its Secret basic-auth cannot be read: "
                    + completed.err().strip());
        }
        try (Server.Forward forward = execution.server().forward(lines.get(0), PORT)) {
            Credentials login = new Credentials.Basic(text(lines.get(1)), Secret.of(text(lines.get(2))));
            GatewayUrl url = GatewayUrl.parse("http://127.0.0.1:" + forward.port());
            GatewayInfo info =
                    FirstAnswer.of(new OpenFaas(new Transport(new Transport.Target(url, login, true, "vfaas", SHORT))));
            String release = Objects.requireNonNullElse(info.version().release(), "");
            execution.remember("openfaas.gateway", (info.provider().provider() + " " + release).strip());
        } catch (GatewayException e) {
            throw failed("it does not answer a login with the password of its Secret basic-auth: " + e.getMessage())
                    .because(e);
        }
    }

    private Failure failed(String why) {
        return Failure.of(ExitCode.NOT_AS_ASKED, execution.server().name() + ": OpenFaaS's gateway runs, but " + why)
                .next("vfaas host exec " + execution.server().name()
                        + " -- k3s kubectl -n openfaas logs deploy/gateway -c gateway");
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
