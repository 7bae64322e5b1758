package dev.vfaas.command;

import dev.vfaas.console.Failure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which of the calls that were given up a command means. */
final class DeadLetterChoice {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME|CALL-ID",
            description = "those of a function, or the one with a call id")
    @Nullable
    String name;

    @Option(names = "--all", description = "every call that was given up")
    boolean all;

    /** A function's name or a call id; null for all of them. A usage failure unless exactly one of the two was given. */
    @Nullable
    String required() {
        if ((name == null) != all) {
            throw Failure.usage("which calls? give the name of a function, a call id, or --all (one of them)")
                    .next("vfaas queue list");
        }
        return name;
    }
}
