package dev.vfaas.command;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackLoader;
import dev.vfaas.stack.StackOptions;
import dev.vfaas.stack.StackSource;
import dev.vfaas.stack.Variables;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which stack file, and which of its functions; mixed into commands that read one. */
final class StackSelection {
    @Option(
            names = {"-f", "--yaml"},
            paramLabel = "FILE",
            description = "stack file: a path, a URL or - for standard input (default: stack.yaml or stack.yml here)")
    @Nullable
    String file;

    @Option(names = "--regex", paramLabel = "RE2", description = "only functions whose name matches")
    @Nullable
    String regex;

    @Option(
            names = "--filter",
            paramLabel = "PATTERN",
            description = "only functions whose name matches; * stands for anything")
    @Nullable
    String filter;

    @Option(
            names = "--envsubst",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            paramLabel = "BOOL",
            arity = "0..1",
            description = "replace $${VAR} in the stack file (default: true)")
    boolean envsubst = true;

    /** The stack; empty when no file was named and there is none in the working directory. */
    Optional<Stack> find(Session session) {
        return source(session).map(source -> load(session, source));
    }

    /** The stack; a usage failure when there is none. */
    Stack require(Session session) {
        return find(session)
                .orElseThrow(() -> Failure.usage("there is no stack.yaml or stack.yml in "
                                + session.environment().workingDirectory())
                        .next("vfaas new --lang python3 NAME, or name a stack file with -f"));
    }

    private Optional<StackSource> source(Session session) {
        Environment environment = session.environment();
        String named = file;
        return named == null
                ? StackSource.find(environment.workingDirectory())
                : Optional.of(StackSource.of(
                        named, environment.workingDirectory(), session.console().input()));
    }

    private Stack load(Session session, StackSource source) {
        Variables variables = Variables.of(session.environment().variables());
        Stack stack = new StackLoader(variables).load(source, new StackOptions(envsubst, regex, filter));
        stack.warnings().forEach(session.console()::warn);
        return stack;
    }
}
