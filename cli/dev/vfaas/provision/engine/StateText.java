package dev.vfaas.provision.engine;

import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** State and journal as the JSON that is kept on the host. Unknown members are ignored, so that an older vfaas can read a newer one's. */
public final class StateText {
    private final Json json = new Json();

    /** The state's text. */
    public String write(HostState state) {
        Map<String, Object> top = new LinkedHashMap<>();
        top.put("vfaas", state.vfaas());
        top.put("files", files(state.files()));
        top.put("folders", new ArrayList<>(state.folders()));
        top.put("steps", new ArrayList<>(state.steps()));
        top.put("values", state.values());
        return json.write(top) + "\n";
    }

    /** The journal's text. */
    public String write(Journal journal) {
        Map<String, Object> top = new LinkedHashMap<>();
        top.put("run", journal.run());
        top.put("steps", new ArrayList<>(journal.steps()));
        top.put("files", files(journal.files()));
        top.put("folders", new ArrayList<>(journal.folders()));
        top.put("values", journal.values());
        return json.write(top) + "\n";
    }

    /** @param text null when there is none */
    public HostState state(@Nullable String text) {
        if (text == null) {
            return HostState.NONE;
        }
        Map<?, ?> top = object(text, "state.json");
        return new HostState(
                String.valueOf(top.get("vfaas")),
                files(top.get("files")),
                strings(top.get("folders")),
                strings(top.get("steps")),
                values(top.get("values")));
    }

    /** @param text null when there is none */
    public Journal journal(@Nullable String text) {
        if (text == null) {
            return Journal.NONE;
        }
        Map<?, ?> top = object(text, "journal.json");
        return new Journal(
                String.valueOf(top.get("run")),
                strings(top.get("steps")),
                files(top.get("files")),
                strings(top.get("folders")),
                values(top.get("values")));
    }

    private static Map<String, Object> files(Map<String, HostState.Written> files) {
        Map<String, Object> data = new LinkedHashMap<>();
        files.forEach((path, written) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("sha256", written.sha256());
            entry.put("mode", String.format("%04o", written.mode()));
            if (written.replaced()) {
                entry.put("replaced", true);
            }
            data.put(path, entry);
        });
        return data;
    }

    private static Map<String, HostState.Written> files(@Nullable Object data) {
        Map<String, HostState.Written> files = new LinkedHashMap<>();
        if (data instanceof Map<?, ?> map) {
            map.forEach((path, value) -> {
                if (value instanceof Map<?, ?> entry) {
                    files.put(
                            String.valueOf(path),
                            new HostState.Written(
                                    String.valueOf(entry.get("sha256")),
                                    Integer.parseInt(String.valueOf(entry.get("mode")), 8),
                                    Boolean.TRUE.equals(entry.get("replaced"))));
                }
            });
        }
        return files;
    }

    private static Map<String, String> values(@Nullable Object data) {
        Map<String, String> values = new LinkedHashMap<>();
        if (data instanceof Map<?, ?> map) {
            map.forEach((key, value) -> values.put(String.valueOf(key), String.valueOf(value)));
        }
        return values;
    }

    private static Set<String> strings(@Nullable Object data) {
        Set<String> strings = new LinkedHashSet<>();
        if (data instanceof List<?> list) {
            list.forEach(element -> strings.add(String.valueOf(element)));
        }
        return strings;
    }

    private Map<?, ?> object(String text, String file) {
        try {
            if (json.read(text) instanceof Map<?, ?> top) {
                return top;
            }
        } catch (IOException | NumberFormatException e) {
            // Told below, as for a text that is no object.
        }
        throw Failure.failed("what vfaas keeps on the server cannot be understood: " + HostFolder.STANDARD.path() + "/"
                        + file + " is damaged")
                .next("vfaas host exec HOST -- mv /var/lib/vfaas/" + file + " /var/lib/vfaas/" + file + ".damaged");
    }
}
