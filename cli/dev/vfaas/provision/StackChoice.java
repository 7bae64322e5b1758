package dev.vfaas.provision;

/** What shall serve functions on the server. */
public enum StackChoice {
    /** Nothing: the server is only prepared for it. */
    NONE,
    /** OpenFaaS's own chart. */
    OPENFAAS,
    /** vfaas's own gateway. */
    VFAAS
}
