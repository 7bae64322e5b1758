package dev.vfaas.provision.engine;

/** The parts of a run as a person sees them, in the order they are worked through. */
public enum Phase {
    /** Kernel modules, settings and folders. */
    HOST("host"),
    /** Packet filter rules. */
    FIREWALL("firewall"),
    /** The Kubernetes distribution: configuration, binary, service, readiness. */
    K3S("k3s"),
    /** What a backup holds, on its way there or back. */
    BACKUP("backup"),
    /** What serves functions. */
    STACK("stack"),
    /** Names and certificates the world sees. */
    INGRESS("ingress"),
    /** What this machine keeps: kubeconfig, context. */
    ACCESS("access");

    private final String label;

    Phase(String label) {
        this.label = label;
    }

    /** As it is shown and as JSON names it. */
    public String label() {
        return label;
    }
}
