package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;

/**
 * What every command works with in one run of the tool.
 *
 * @param version the tool's version, for example {@code 0.1.0}
 */
public record Session(Console console, Environment environment, String version) {
    /** How HTTP requests name the tool. */
    String userAgent() {
        return "vfaas/" + version;
    }
}
