package dev.vfaas.ssh;

import dev.vfaas.console.Environment;

/** Logs in to servers. */
public final class Servers {
    private final Environment environment;
    private final Prompts prompts;

    /** For the person of {@code environment}: their ~/.ssh, agent and terminal. */
    public Servers(Environment environment, Prompts prompts) {
        this.environment = environment;
        this.prompts = prompts;
    }

    /** Connects and logs in; fails with exit 2 for what cannot be a server, 4 for host keys and authentication, 6 for an unreachable host. */
    public Server connect(String target, ConnectOptions options) {
        return connect(SshTarget.parse(target), options);
    }

    /** Connects and logs in. */
    public Server connect(SshTarget target, ConnectOptions options) {
        SshServer server = open(target, options);
        server.connection();
        return server;
    }

    private SshServer open(SshTarget target, ConnectOptions options) {
        Connector connector = new Connector(
                new SshConfig(environment),
                new HostKeys(prompts, options.hostKey()),
                new Authentication(new Identities(options.identity(), prompts), prompts),
                options.connectTimeout());
        return new SshServer(connector, target, options, prompts);
    }
}
