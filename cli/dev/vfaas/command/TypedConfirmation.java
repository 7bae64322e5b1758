package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.util.List;

/** Before what cannot be taken back: the person types the server's name, so that it is not done to the wrong one. */
record TypedConfirmation(Console console, String host, boolean yes) {
    /**
     * Returns when it was typed, or {@code --yes} was given.
     *
     * @param what happens then, a line each
     * @param verb ends "Type HOST to"
     * @param otherwise how the server is without it: {@code nothing was removed}
     * @throws Failure with exit 1 when something else was typed
     */
    void require(List<String> what, String verb, String otherwise) {
        if (yes) {
            return;
        }
        what.forEach(console::info);
        if (!console.prompt("Type " + host + " to " + verb, "--yes").equals(host)) {
            throw Failure.of(ExitCode.FAILED, "that is not \"" + host + "\"; " + otherwise)
                    .next("the same command again; --yes does not ask");
        }
    }
}
