package dev.vfaas.provision.engine;

import dev.vfaas.openfaas.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who changes a host: the first line of the lock is the token, the second this as JSON.
 *
 * @param token names one run; nobody else's
 * @param who the person, {@code user@machine}
 * @param machine names the machine, so that a process id can be looked up there
 * @param pid the process on that machine
 * @param started when that process started, as its system says it; tells apart processes that had the same id
 * @param since when the run began, RFC 3339
 * @param action {@code up}, {@code down}, ...
 */
public record Holder(String token, String who, String machine, long pid, String started, Instant since, String action) {
    /** What the environment of this process's commands on a host carries, so that they can be told from others and ended. */
    String mark() {
        return mark(machine, pid, started);
    }

    static String mark(String machine, long pid, String started) {
        return Sha256.of((machine + "|" + pid + "|" + started).getBytes(StandardCharsets.UTF_8))
                .substring(0, 16);
    }

    String text() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("who", who);
        data.put("machine", machine);
        data.put("pid", pid);
        data.put("started", started);
        data.put("since", since.toString());
        data.put("action", action);
        return token + "\n" + new Json().write(data) + "\n";
    }

    /** For people: {@code bob@desk (vfaas up, since 2026-01-01T00:00:00Z)}. */
    public String told() {
        return who + (action.isEmpty() ? "" : " (vfaas " + action + ", since " + since + ")");
    }

    /** Reads a lock; what is damaged becomes a holder that is known only by its token. */
    public static Holder parse(String text) {
        String[] lines = text.strip().split("\n", 2);
        String token = lines[0].strip();
        try {
            if (lines.length > 1 && new Json().read(lines[1]) instanceof Map<?, ?> data) {
                return new Holder(
                        token.isEmpty() ? "none" : token,
                        String.valueOf(data.get("who")),
                        String.valueOf(data.get("machine")),
                        Long.parseLong(String.valueOf(data.get("pid"))),
                        String.valueOf(data.get("started")),
                        Instant.parse(String.valueOf(data.get("since"))),
                        String.valueOf(data.get("action")));
            }
        } catch (IOException | IllegalArgumentException | java.time.format.DateTimeParseException e) {
            // A lock that was cut off while it was written.
        }
        return new Holder(token.isEmpty() ? "none" : token, "someone", "", 0, "", Instant.EPOCH, "");
    }
}
