package dev.vfaas.gateway;

import dev.vfaas.gateway.log.Log;
import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.kubernetes.Cluster;
import dev.vfaas.gateway.runtime.kubernetes.Gateways;
import dev.vfaas.gateway.scaling.Autoscaler;
import dev.vfaas.gateway.scaling.SharedLoad;
import dev.vfaas.openfaas.Secret;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Autoscaling by the gateways of a cluster together: one of them decides, by the load of all. */
final class SeveralGateways implements Agreement {
    /** Environment variable: the IP address at which other gateways reach this one; in a cluster its pod's. */
    static final String ADDRESS = "VFAAS_POD_IP";

    private final Gateways gateways;
    private final SharedLoad load;
    private final Autoscaler autoscaler;
    private final @Nullable String host;

    private SeveralGateways(Gateways gateways, SharedLoad load, Autoscaler autoscaler, @Nullable String host) {
        this.gateways = gateways;
        this.load = load;
        this.autoscaler = autoscaler;
        this.host = host;
    }

    /**
     * Scales nothing before it listens.
     *
     * @param authorization header that the other gateways accept
     * @param host address of this machine for the others, null to find it out
     */
    static SeveralGateways start(
            FunctionRuntime runtime, Cluster cluster, Secret authorization, @Nullable String host, Log log) {
        Gateways gateways = new Gateways(cluster, log::info);
        SharedLoad load = new SharedLoad(gateways, authorization, log::warn);
        Autoscaler autoscaler = Autoscaler.start(runtime, load, gateways::leads, Autoscaler.RHYTHM, log::info);
        return new SeveralGateways(gateways, load, autoscaler, host);
    }

    @Override
    public void listening(InetSocketAddress address) {
        String ip = host == null || host.isEmpty() ? own(address.getAddress()) : host;
        gateways.open(URI.create("http://" + (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort()));
    }

    private static String own(InetAddress address) {
        try { // in a pod, its name leads to its address
            InetAddress own = address.isAnyLocalAddress() ? InetAddress.getLocalHost() : address;
            return own.getHostAddress().replaceFirst("%.*", "");
        } catch (UnknownHostException e) {
            return "127.0.0.1";
        }
    }

    @Override
    public void close() {
        autoscaler.close();
        load.close();
        gateways.close();
    }
}
