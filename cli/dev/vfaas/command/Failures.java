package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.util.List;

/** The end of a command that does several things and goes on after one has failed. */
final class Failures {
    private Failures() {}

    /** Throws the only failure; prints all but the last of several and throws the last. Returns 0 when there is none. */
    static int report(Console console, List<Failure> failures) {
        if (failures.isEmpty()) {
            return ExitCode.OK.code();
        }
        failures.subList(0, failures.size() - 1).forEach(console::error);
        throw failures.getLast();
    }
}
