package dev.vfaas.command;

import dev.vfaas.provision.stack.StackChoice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What shall serve functions on a server. */
final class StackOptions {
    @Option(
            names = "--stack",
            paramLabel = "NAME",
            description =
                    "with HOST: what shall serve functions there: vfaas, openfaas or none (default: what it has, else vfaas)")
    @Nullable
    StackChoice stack;

    /** Whether one was given. */
    boolean given() {
        return stack != null;
    }
}
