package dev.vfaas.gateway;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.Secret;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Secrets of a test. */
final class MemorySecrets implements Secrets {
    private final Map<String, Secret> values = new TreeMap<>();

    @Override
    public synchronized List<String> names(String namespace) {
        return values.keySet().stream()
                .filter(key -> key.startsWith(namespace + "/"))
                .map(key -> key.substring(namespace.length() + 1))
                .toList();
    }

    @Override
    public synchronized void create(String namespace, String name, Secret value) {
        if (values.putIfAbsent(namespace + "/" + name, value) != null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.ALREADY_EXISTS, "secret " + name + " already exists");
        }
    }

    @Override
    public synchronized void update(String namespace, String name, Secret value) {
        value(namespace, name);
        values.put(namespace + "/" + name, value);
    }

    @Override
    public synchronized void delete(String namespace, String name) {
        value(namespace, name);
        values.remove(namespace + "/" + name);
    }

    @Override
    public synchronized Secret value(String namespace, String name) {
        Secret value = values.get(namespace + "/" + name);
        if (value == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no secret " + name);
        }
        return value;
    }
}
