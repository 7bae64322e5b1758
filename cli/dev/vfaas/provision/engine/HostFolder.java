package dev.vfaas.provision.engine;

/**
 * Where vfaas keeps its own files on a host; root's only, 0700.
 *
 * @param path absolute, for example {@code /var/lib/vfaas}
 * @param owner {@code user:group} of the files in it
 */
public record HostFolder(String path, String owner) {
    /** Where every host has it. */
    public static final HostFolder STANDARD = new HostFolder("/var/lib/vfaas", "root:root");

    /** What vfaas wrote on the host. */
    public String state() {
        return path + "/state.json";
    }

    /** What the run under way, or one that was cut off, means to do. */
    public String journal() {
        return path + "/journal.json";
    }

    /** Who did what, one JSON object a line, only ever appended to. */
    public String audit() {
        return path + "/audit.jsonl";
    }

    /** A folder that exists while someone changes the host. */
    public String lock() {
        return path + "/lock";
    }
}
