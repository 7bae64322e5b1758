package dev.vfaas.context;

import dev.vfaas.console.Environment;
import dev.vfaas.context.Contexts.Context;
import dev.vfaas.openfaas.Credentials;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.ssh.SshTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The context and the login by which a person reaches the gateway of a server; the context has the host's name. */
public final class ServerContext {
    /** Below the ports that kubeconfigs name for API servers, and below those the kernel hands out. */
    private static final int FIRST_PORT = 12080;

    private static final int PORTS = 4000;

    private final SshTarget server;
    private final @Nullable Path identity;
    private final Contexts contexts;
    private final Logins logins;

    /**
     * @param server as the person named it
     * @param identity the private key the person said to log in with, absolute; null for none
     */
    public ServerContext(Environment environment, SshTarget server, @Nullable Path identity) {
        this.server = server;
        this.identity = identity;
        this.contexts = new Contexts(environment);
        this.logins = new Logins(environment);
    }

    /** The name of the context: the host without user and port. */
    public String name() {
        return server.host();
    }

    /** The context; empty when there is none that leads through SSH. */
    public Optional<Context> find() {
        return contexts.find(name()).filter(context -> context.route() != null);
    }

    /** The login that is kept for the context. */
    public Optional<Credentials> login() {
        return find().flatMap(context -> logins.find(context.gateway()));
    }

    /** Whether the context leads to {@code forward} ({@code ADDRESS:PORT} as the server sees it) the way this server is logged in to. */
    public boolean leadsTo(String forward) {
        return find().map(context -> SshRoute.of(server, identity, forward).equals(context.route()))
                .orElse(false);
    }

    /** Makes or changes context and login, and makes the context the current one. */
    public Context keep(String forward, Credentials.Basic login) {
        SshRoute route = SshRoute.of(server, identity, forward);
        Context context = contexts.use(all -> new Context(name(), url(all), route));
        logins.save(context.gateway(), login);
        return context;
    }

    /** Forgets context and login; false when there was no context. */
    public boolean forget() {
        Optional<Context> context = find();
        context.ifPresent(found -> {
            logins.remove(found.gateway());
            contexts.remove(name());
        });
        return context.isPresent();
    }

    /** An address on this machine of its own: what names the gateway in logins, and what {@code vfaas host forward} listens on. */
    private GatewayUrl url(List<Context> all) {
        Optional<Context> known = all.stream()
                .filter(context -> context.name().equals(name()) && context.route() != null)
                .findFirst();
        if (known.isPresent()) {
            return known.get().gateway();
        }
        int offset = Math.floorMod(name().hashCode(), PORTS);
        while (true) {
            GatewayUrl url = GatewayUrl.parse("http://127.0.0.1:" + (FIRST_PORT + offset));
            if (all.stream().noneMatch(context -> context.gateway().equals(url))) {
                return url;
            }
            offset = (offset + 1) % PORTS;
        }
    }
}
