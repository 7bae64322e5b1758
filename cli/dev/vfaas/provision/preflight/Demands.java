package dev.vfaas.provision.preflight;

import java.time.LocalDate;
import java.util.List;

/**
 * What the server must offer for what is to be set up on it.
 *
 * @param kubernetes whether a Kubernetes is to run there
 * @param memory least total memory in bytes; a tenth less is still taken, since kernels keep some for themselves
 * @param disk least free bytes below /var/lib
 * @param tcpPorts ports that must be free, or be our own K3s's
 * @param udpPorts as {@code tcpPorts}
 * @param networks networks in CIDR notation that must not lie on the server's routes
 * @param reach hosts that must be reachable; each {@code host} or {@code host:port}
 * @param today against which end-of-life dates are held
 */
public record Demands(
        boolean kubernetes,
        long memory,
        long disk,
        List<Integer> tcpPorts,
        List<Integer> udpPorts,
        List<String> networks,
        List<String> reach,
        LocalDate today) {
    private static final long GIB = 1L << 30;

    /**
     * For a K3s server.
     *
     * @param world whether 80 and 443 shall face the world
     */
    public static Demands k3s(boolean world, List<String> reach, LocalDate today) {
        return new Demands(
                true,
                2 * GIB,
                5 * GIB,
                world ? List.of(6443, 10250, 80, 443) : List.of(6443, 10250),
                List.of(8472),
                List.of("10.42.0.0/16", "10.43.0.0/16"),
                reach,
                today);
    }

    /** For a prepared host on which nothing runs yet. */
    public static Demands bare(LocalDate today) {
        return new Demands(false, GIB / 2, GIB / 4, List.of(), List.of(), List.of(), List.of(), today);
    }
}
