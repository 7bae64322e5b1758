package dev.vfaas.provision.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What vfaas keeps on the host in /var/lib/vfaas/state.json: what it wrote there, and values of its steps. Never a secret.
 *
 * @param vfaas the version that wrote it last; empty when there is no state
 * @param files by path
 * @param folders those vfaas made, outermost first
 * @param steps ids of the steps that were done and can be undone, in their order
 * @param values what steps remember, for example {@code k3s.version}
 */
public record HostState(
        String vfaas, Map<String, Written> files, Set<String> folders, Set<String> steps, Map<String, String> values) {
    /** A host vfaas has not been to. */
    public static final HostState NONE = new HostState("", Map.of(), Set.of(), Set.of(), Map.of());

    public HostState {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        folders = Collections.unmodifiableSet(new LinkedHashSet<>(folders));
        steps = Collections.unmodifiableSet(new LinkedHashSet<>(steps));
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * A file vfaas wrote.
     *
     * @param mode octal permissions
     * @param replaced whether a file that was not ours stood there before; it is kept under /var/lib/vfaas/replaced and put back by {@code down}
     */
    public record Written(String sha256, int mode, boolean replaced) {}

    /** A value a step remembered. */
    public Optional<String> value(String key) {
        return Optional.ofNullable(values.get(key));
    }
}
