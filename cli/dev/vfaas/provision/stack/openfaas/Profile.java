package dev.vfaas.provision.stack.openfaas;

/** How much memory a server has for OpenFaaS's own parts; chosen once, by the memory it had then. */
enum Profile {
    /** Less than 3.5 GiB. */
    SMALL("2gb"),
    /** 3.5 GiB and more. */
    NORMAL("4gb");

    private static final long BOUND = 7L << 29;

    private final String label;

    Profile(String label) {
        this.label = label;
    }

    /** @param memory in bytes */
    static Profile of(long memory) {
        return memory < BOUND ? SMALL : NORMAL;
    }

    /** As the server's state keeps it; unknown ones become the small one. */
    static Profile of(String label) {
        return label.equals(NORMAL.label) ? NORMAL : SMALL;
    }

    String label() {
        return label;
    }

    /** Its values in the catalogue's folder. */
    String file() {
        return "values-" + label + ".yaml";
    }
}
