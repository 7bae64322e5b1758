package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.RuntimeFailure;
import dev.vfaas.gateway.runtime.Secrets;
import dev.vfaas.openfaas.Secret;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Secrets in memory, of one namespace. */
final class KeptSecrets implements Secrets {
    private final Map<String, Secret> values = new ConcurrentSkipListMap<>();

    @Override
    public List<String> names(String namespace) {
        return List.copyOf(values.keySet());
    }

    @Override
    public void create(String namespace, String name, Secret value) {
        values.put(name, value);
    }

    @Override
    public void update(String namespace, String name, Secret value) {
        values.put(name, value);
    }

    @Override
    public void delete(String namespace, String name) {
        values.remove(name);
    }

    @Override
    public Secret value(String namespace, String name) {
        Secret value = values.get(name);
        if (value == null) {
            throw new RuntimeFailure(RuntimeFailure.Kind.NOT_FOUND, "no secret " + name);
        }
        return value;
    }
}
