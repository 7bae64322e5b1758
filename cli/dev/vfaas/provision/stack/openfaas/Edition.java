package dev.vfaas.provision.stack.openfaas;

/** Which OpenFaaS it is. */
public enum Edition {
    /** The Community Edition, under its EULA. */
    COMMUNITY("community"),
    /** The one that is paid for, with a licence file. */
    PAID("paid");

    private final String label;

    Edition(String label) {
        this.label = label;
    }

    /** As the server's state keeps it. */
    public String label() {
        return label;
    }
}
