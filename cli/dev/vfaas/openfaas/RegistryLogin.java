package dev.vfaas.openfaas;

/**
 * A login for a registry that a gateway keeps; without its password.
 *
 * @param registry host, perhaps with a port
 * @param namespace whose functions use it
 * @param secret name under which the gateway keeps it
 */
public record RegistryLogin(String registry, String namespace, String secret) {}
