package dev.vfaas.gateway.image;

import java.util.Locale;

/**
 * What an index is searched for, in the names of the OCI image specification.
 *
 * @param os {@code linux}, {@code darwin}, {@code windows}
 * @param architecture {@code amd64}, {@code arm64}
 */
record Machine(String os, String architecture) {
    /** This one. */
    static Machine current() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return new Machine(
                os.startsWith("mac") ? "darwin" : os.startsWith("win") ? "windows" : "linux",
                architecture.equals("aarch64") ? "arm64" : architecture.equals("x86_64") ? "amd64" : architecture);
    }

    @Override
    public String toString() {
        return os + "/" + architecture;
    }
}
