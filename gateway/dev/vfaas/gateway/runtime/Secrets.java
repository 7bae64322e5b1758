package dev.vfaas.gateway.runtime;

import dev.vfaas.openfaas.Secret;
import java.util.List;

/** Secrets by namespace and name; durable, encrypted at rest. Methods may block and throw {@link RuntimeFailure}. */
public interface Secrets {
    /** Names in the namespace, sorted; values are never listed. */
    List<String> names(String namespace);

    /** ALREADY_EXISTS. */
    void create(String namespace, String name, Secret value);

    /** NOT_FOUND. */
    void update(String namespace, String name, Secret value);

    /** NOT_FOUND. */
    void delete(String namespace, String name);

    /** NOT_FOUND. */
    Secret value(String namespace, String name);
}
