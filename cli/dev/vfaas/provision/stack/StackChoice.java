package dev.vfaas.provision.stack;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What shall serve functions on the server. */
public enum StackChoice {
    /** Nothing: a cluster only. */
    NONE,
    /** OpenFaaS's own chart. */
    OPENFAAS,
    /** vfaas's own gateway. */
    VFAAS;

    /** As options and the server's state name it: {@code openfaas}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How the ids of this stack's steps begin: {@code openfaas-}. */
    String prefix() {
        return label() + "-";
    }

    /** The choice with that label. */
    static Optional<StackChoice> of(String label) {
        return Arrays.stream(values())
                .filter(choice -> choice.label().equals(label))
                .findFirst();
    }
}
