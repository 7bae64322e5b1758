package dev.vfaas.command;

import dev.vfaas.provision.k3s.Catalogue;
import dev.vfaas.provision.k3s.K3sBlueprint;
import dev.vfaas.provision.k3s.K3sOptions;
import dev.vfaas.provision.k3s.K3sVersion;
import dev.vfaas.provision.k3s.KubeconfigFile;
import dev.vfaas.provision.k3s.ReleaseFiles;
import dev.vfaas.provision.k3s.Role;
import dev.vfaas.ssh.SshTarget;
import java.time.Clock;
import java.util.Optional;

/** What commands set up as K3s on a server. */
final class K3sSetup {
    private final Session session;

    K3sSetup(Session session) {
        this.session = session;
    }

    /** K3s as it would be set up without options: enough to look at it and to take it away. */
    K3sBlueprint blueprint(String host) {
        return blueprint(host, new K3sUpOptions());
    }

    K3sBlueprint blueprint(String host, K3sUpOptions options) {
        return blueprint(options(host, new Role.First(), options));
    }

    K3sBlueprint blueprint(K3sOptions options) {
        return new K3sBlueprint(
                options, Catalogue.bundled(), files(), new KubeconfigFile(session.environment()), Clock.systemUTC());
    }

    K3sOptions options(String host, Role role, K3sUpOptions options) {
        return new K3sOptions(
                name(host),
                role,
                Optional.ofNullable(options.version).map(K3sVersion::parse),
                options.source.origin(session),
                options.names,
                false);
    }

    ReleaseFiles files() {
        return new ReleaseFiles(session.environment().cacheDirectory().resolve("k3s"));
    }

    /** The host without user and port: {@code [user@]name[:port]}, {@code [user@][address6][:port]}. */
    static String name(String host) {
        return SshTarget.parse(host).host();
    }

    /** What a person types to reach the cluster with kubectl and its like. */
    String forward(String host, ServerOptions login) {
        String identity = login.identity == null ? "" : " --identity " + login.identity;
        return "vfaas host forward " + host + identity + "; then, beside it, kubectl --context " + name(host)
                + " get nodes";
    }
}
