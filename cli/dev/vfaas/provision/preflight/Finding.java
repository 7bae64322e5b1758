package dev.vfaas.provision.preflight;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The outcome of one check.
 *
 * @param id stable, for example {@code F-CGROUP1}
 * @param title what was looked at, in two or three words
 * @param evidence what was found
 * @param fix what to do; empty when nothing has to be done
 */
public record Finding(String id, Severity severity, String title, String evidence, String fix) {
    /** How bad it is. */
    public enum Severity {
        PASS,
        WARN,
        /** Nothing is changed on the server while this stands. */
        BLOCK;

        /** As shown and as JSON names it. */
        public String label() {
            return switch (this) {
                case PASS -> "pass";
                case WARN -> "warn";
                case BLOCK -> "block";
            };
        }
    }

    /** All is well. */
    public static Finding pass(String id, String title, String evidence) {
        return new Finding(id, Severity.PASS, title, evidence, "");
    }

    /** Something to know of. */
    public static Finding warn(String id, String title, String evidence, String fix) {
        return new Finding(id, Severity.WARN, title, evidence, fix);
    }

    /** Something that forbids the work. */
    public static Finding block(String id, String title, String evidence, String fix) {
        return new Finding(id, Severity.BLOCK, title, evidence, fix);
    }

    /** Whether all is well. */
    public boolean passes() {
        return severity == Severity.PASS;
    }

    /** For JSON: {id, severity, title, evidence, fix}. */
    public Map<String, Object> data() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("id", id);
        data.put("severity", severity.label());
        data.put("title", title);
        data.put("evidence", evidence);
        data.put("fix", fix);
        return data;
    }
}
