package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.context.Routes;
import dev.vfaas.ssh.ConsolePrompts;

/**
 * What every command works with in one run of the tool.
 *
 * @param version the tool's version, for example {@code 0.1.0}
 * @param routes the ways through SSH that the run opened
 */
public record Session(Console console, Environment environment, String version, Routes routes)
        implements AutoCloseable {
    /** A run that has opened nothing yet. */
    public Session(Console console, Environment environment, String version) {
        this(console, environment, version, new Routes(environment, new ConsolePrompts(console)));
    }

    /** Closes what the run opened. */
    @Override
    public void close() {
        routes.close();
    }

    /** How HTTP requests name the tool. */
    String userAgent() {
        return "vfaas/" + version;
    }
}
