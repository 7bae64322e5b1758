package dev.vfaas.image.toolchain;

/** Where a build writes what its tools say; thread-safe. Lines are kept for the report of a failed build and shown as progress. */
@FunctionalInterface
public interface BuildLog {
    /** One line without its line feed. */
    void line(String text);
}
