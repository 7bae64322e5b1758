package dev.vfaas.provision.engine;

import dev.vfaas.openfaas.Json;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** The lines of the audit log: {at, run, who, vfaas, action, result, ...}. They name things and never hold contents, so they hold no secret. */
final class Audit {
    private final InstantSource clock;
    private final Holder holder;
    private final String version;

    Audit(InstantSource clock, Holder holder, String version) {
        this.clock = clock;
        this.holder = holder;
        this.version = version;
    }

    /** @param details what else there is to say */
    String line(String result, Map<String, ?> details) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("at", clock.instant().toString());
        line.put("run", holder.token());
        line.put("who", holder.who());
        line.put("vfaas", version);
        line.put("action", holder.action());
        line.put("result", result);
        line.putAll(details);
        return new Json().write(line);
    }
}
