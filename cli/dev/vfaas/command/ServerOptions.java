package dev.vfaas.command;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.context.ServerContext;
import dev.vfaas.context.SshRoute;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Self;
import dev.vfaas.provision.engine.WorkingServer;
import dev.vfaas.ssh.ConnectOptions;
import dev.vfaas.ssh.ConsolePrompts;
import dev.vfaas.ssh.Prompts;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Servers;
import dev.vfaas.ssh.SshTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to log in to a server; mixed into every command that goes to one. */
final class ServerOptions {
    @Option(
            names = "--host-key",
            paramLabel = "SHA256:...",
            description = "the key an unknown server must show; without it you are asked")
    @Nullable
    String hostKey;

    @Option(names = "--identity", paramLabel = "FILE", description = "private key to try first")
    @Nullable
    String identity;

    @Option(names = "--ask-sudo", description = "ask for the password that sudo wants on the server")
    boolean askSudo;

    @Option(names = "--sudo-password-stdin", description = "read the password for sudo from standard input")
    boolean sudoFromInput;

    @Option(
            names = "--reconnect",
            paramLabel = "TIME",
            description = "how long a server that stops answering midway is waited for (default: 2m)")
    Duration reconnect = ConnectOptions.PATIENCE;

    /** Whose password for sudo is used: one line of standard input serves all servers of a command. */
    private ServerOptions password = this;

    private @Nullable Secret read;

    /** Whether any of them was given. */
    boolean given() {
        return hostKey != null
                || identity != null
                || askSudo
                || sudoFromInput
                || !reconnect.equals(ConnectOptions.PATIENCE);
    }

    /** For a second server of the same command: the same login, with its own host key. */
    ServerOptions toOther(@Nullable String otherHostKey) {
        ServerOptions other = new ServerOptions();
        other.hostKey = otherHostKey;
        other.identity = identity;
        other.askSudo = askSudo;
        other.sudoFromInput = sudoFromInput;
        other.password = password;
        other.reconnect = reconnect;
        return other;
    }

    /** Logs in to {@code host}: {@code [user@]host[:port]} or a Host of ~/.ssh/config; what was left out is as the host's context remembers it. */
    Server connect(Session session, String host) {
        Login login = login(session.environment(), host);
        Prompts prompts = new ConsolePrompts(session.console());
        ConnectOptions options = ConnectOptions.standard()
                .withHostKey(hostKey)
                .withPatience(reconnect)
                .withIdentity(login.identity())
                .withSudoPassword(sudoPassword(session, host));
        return new Servers(session.environment(), prompts).connect(login.target(), options);
    }

    /** The context and login by which the gateway of {@code host} is reached from this machine. */
    ServerContext context(Session session, String host) {
        Login login = login(session.environment(), host);
        return new ServerContext(session.environment(), login.target(), login.identity());
    }

    /**
     * Where and with which key to log in.
     *
     * @param identity absolute; null when neither the person nor the context says one
     */
    record Login(SshTarget target, @Nullable Path identity) {}

    /** Another user or port than the context's, or a key that is named, is another login: nothing of the context's is mixed into it. */
    Login login(Environment environment, String host) {
        SshTarget typed = SshTarget.parse(host);
        if (identity != null) {
            return new Login(typed, environment.resolve(identity).toAbsolutePath());
        }
        SshRoute kept = kept(environment, typed);
        if (kept == null
                || (typed.user() != null && !typed.user().equals(kept.server().user()))
                || (typed.port() != null && !typed.port().equals(kept.server().port()))) {
            return new Login(typed, null);
        }
        return new Login(kept.server(), kept.identity());
    }

    private static @Nullable SshRoute kept(Environment environment, SshTarget typed) {
        try {
            return new ServerContext(environment, typed, null)
                    .find()
                    .map(Context::route)
                    .orElse(null);
        } catch (Failure unreadable) {
            return null; // what is typed is enough to log in; up HOST writes the context anew
        }
    }

    /** The same for commands of this program's own, which leave no cache in root's home. */
    Server work(Session session, String host) {
        String mark = Self.of(session.environment(), session.version()).mark();
        return new WorkingServer(connect(session, host), mark);
    }

    /** The same for several servers of one command. */
    void requireFitForSeveral() {
        if (hostKey != null) {
            throw Failure.usage("--host-key is the key of one server")
                    .next("log in to each of them once before: ssh HOST; or add their keys to ~/.ssh/known_hosts");
        }
    }

    private @Nullable Secret sudoPassword(Session session, String host) {
        synchronized (password) { // of several servers at once, one reads
            return oneSudoPassword(session, host);
        }
    }

    private @Nullable Secret oneSudoPassword(Session session, String host) {
        Secret known = password.read;
        if (sudoFromInput && known != null) {
            return known;
        }
        if (sudoFromInput) {
            try {
                String line = new BufferedReader(
                                new InputStreamReader(session.console().input(), StandardCharsets.UTF_8))
                        .readLine();
                if (line == null || line.isEmpty()) {
                    throw Failure.usage("--sudo-password-stdin: standard input is empty");
                }
                Secret secret = Secret.of(line);
                password.read = secret;
                return secret;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return askSudo
                ? Secret.of(session.console().promptHidden("sudo password on " + host, "--sudo-password-stdin"))
                : null;
    }
}
