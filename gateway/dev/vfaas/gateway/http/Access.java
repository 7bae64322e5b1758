package dev.vfaas.gateway.http;

/** Who may use a route. */
public enum Access {
    /** Everyone. */
    OPEN,
    /** Holders of the password; refusals as OpenFaaS words them. */
    PASSWORD,
    /** Holders of the password, and the reader to read; refusals as the OCI distribution specification words them. */
    REGISTRY
}
