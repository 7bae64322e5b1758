package dev.vfaas.provision.backup;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a backup holds: its last entry, {@code manifest.json}, so that a backup that was cut off has none.
 *
 * @param vfaas the version that made it
 * @param created when, ISO 8601
 * @param host how the person named the server
 * @param facts what the server said of itself: {@code k3s}, {@code node}, {@code hostname}, {@code architecture}, {@code datastore}, and so on
 * @param warnings what is not in it, a line each
 * @param files checksums by name in the archive
 */
public record Manifest(
        String vfaas,
        String created,
        String host,
        Map<String, String> facts,
        List<String> warnings,
        Map<String, String> files) {
    static final String NAME = "manifest.json";
    private static final int FORMAT = 1;

    public Manifest {
        facts = Map.copyOf(facts);
        warnings = List.copyOf(warnings);
        files = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    /** A fact; empty when the server did not say it. */
    public String fact(String name) {
        return facts.getOrDefault(name, "");
    }

    /** Tells one backup from every other. */
    public String id() {
        return host + "@" + created;
    }

    String json() {
        Map<String, Object> top = new LinkedHashMap<>();
        top.put("format", FORMAT);
        top.put("vfaas", vfaas);
        top.put("created", created);
        top.put("host", host);
        top.put("facts", new java.util.TreeMap<>(facts));
        top.put("warnings", warnings);
        List<Map<String, String>> list = new ArrayList<>();
        files.forEach((name, sum) -> list.add(Map.of("name", name, "sha256", sum)));
        top.put("files", list);
        return new Json().write(top) + "\n";
    }

    /** @param where for messages */
    static Manifest parse(String text, String where) {
        try {
            if (!(new Json().read(text) instanceof Map<?, ?> top)) {
                throw new IOException("no object");
            }
            if (!Integer.valueOf(FORMAT).equals(number(top.get("format")))) {
                throw Failure.usage(where + " is a backup of format " + top.get("format")
                                + ", which this version of vfaas does not know")
                        .next("take the version of vfaas that made it: " + top.get("vfaas"));
            }
            Map<String, String> facts = new LinkedHashMap<>();
            if (top.get("facts") instanceof Map<?, ?> map) {
                map.forEach((key, value) -> facts.put(String.valueOf(key), String.valueOf(value)));
            }
            List<String> warnings = new ArrayList<>();
            if (top.get("warnings") instanceof List<?> list) {
                list.forEach(warning -> warnings.add(String.valueOf(warning)));
            }
            Map<String, String> files = new LinkedHashMap<>();
            if (top.get("files") instanceof List<?> list) {
                list.forEach(entry -> {
                    if (entry instanceof Map<?, ?> file) {
                        files.put(String.valueOf(file.get("name")), String.valueOf(file.get("sha256")));
                    }
                });
            }
            return new Manifest(
                    String.valueOf(top.get("vfaas")),
                    String.valueOf(top.get("created")),
                    String.valueOf(top.get("host")),
                    facts,
                    warnings,
                    files);
        } catch (IOException e) {
            throw Failure.usage(where + " is no backup of vfaas's: its manifest cannot be read")
                    .because(e);
        }
    }

    private static @Nullable Integer number(@Nullable Object value) {
        return value instanceof Number number ? number.intValue() : null;
    }
}
