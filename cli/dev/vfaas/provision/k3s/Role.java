package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What a host is in its cluster. */
public sealed interface Role {
    /** The first server of a new cluster. */
    record First() implements Role {}

    /** One more server of a cluster, or a host that only runs pods. */
    sealed interface Joining extends Role permits Server, Agent {
        /** {@code https://ADDRESS:6443} of a server of the cluster. */
        String url();

        /** The cluster's join token. */
        Secret token();

        /** Whether the name of the host is taken in the cluster, so that it needs a suffix. */
        boolean sameName();
    }

    /** One more server; the cluster's datastore must be etcd. */
    record Server(String url, Secret token, boolean sameName) implements Joining {}

    /** A host that only runs pods. */
    record Agent(String url, Secret token, boolean sameName) implements Joining {}

    /**
     * What a host is according to the configuration that vfaas wrote there.
     *
     * @param config the text of {@code 10-vfaas.yaml}; holds the join token
     * @param server whether the control plane runs there
     */
    static Role configured(String config, boolean server) {
        Object values = new Yaml(new SafeConstructor(new LoaderOptions())).load(config);
        if (!(values instanceof Map<?, ?> map) || map.get("server") == null) {
            if (!server) {
                throw Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        "the host's " + K3sConfig.PATH + " does not say which cluster it joined");
            }
            return new First();
        }
        String url = String.valueOf(map.get("server"));
        Secret token = Secret.of(String.valueOf(map.get("token")));
        boolean sameName = Boolean.TRUE.equals(map.get("with-node-id"));
        return server ? new Server(url, token, sameName) : new Agent(url, token, sameName);
    }

    /** Whether a server with that {@code 10-vfaas.yaml} runs K3s's Traefik. */
    static boolean ingressConfigured(String config) {
        Object values = new Yaml(new SafeConstructor(new LoaderOptions())).load(config);
        return !(values instanceof Map<?, ?> map
                && map.get("disable") instanceof List<?> disabled
                && disabled.contains("traefik"));
    }

    /** Where a host keeps what {@link #configured} reads. */
    static String configuredIn() {
        return K3sConfig.PATH;
    }

    /** Whether the control plane runs there. */
    default boolean server() {
        return !(this instanceof Agent);
    }

    /** The systemd unit K3s's installer makes. */
    default String unit() {
        return server() ? "k3s.service" : "k3s-agent.service";
    }
}
