package dev.vfaas.provision.engine;

/** What a step must know about the host before it plans. The questions of all steps are answered in one round trip that changes nothing. */
public sealed interface Question {
    /**
     * How a file is.
     *
     * @param content whether its text is wanted too, for a diff; not for secrets and not for more than 64 KiB
     */
    record OfFile(String path, boolean content) implements Question {}

    /** How a unit of systemd is, for example {@code k3s.service}. */
    record OfUnit(String name) implements Question {}

    /**
     * What a script prints.
     *
     * @param id by which the answer is found; letters, digits, dots and hyphens
     * @param script POSIX sh, run as root, at most 25 seconds, reads only
     */
    record OfScript(String id, String script) implements Question {}
}
