package dev.vfaas.ssh;

import java.nio.charset.StandardCharsets;

/** How a command on a server ended. */
@SuppressWarnings("ArrayRecordComponent") // as large as a backup: neither copied nor compared
public record Completed(int exitCode, byte[] stdout, byte[] stderr) {
    /** True for exit code 0. */
    public boolean ok() {
        return exitCode == 0;
    }

    /** Standard output as UTF-8. */
    public String out() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /** Standard error as UTF-8. */
    public String err() {
        return new String(stderr, StandardCharsets.UTF_8);
    }
}
