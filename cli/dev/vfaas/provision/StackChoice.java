package dev.vfaas.provision;

/** What shall serve functions on the server. */
public enum StackChoice {
    /** Nothing: a cluster only. */
    NONE,
    /** OpenFaaS's own chart. */
    OPENFAAS,
    /** vfaas's own gateway. */
    VFAAS
}
