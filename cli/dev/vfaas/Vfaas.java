package dev.vfaas;

import dev.vfaas.command.Commands;
import dev.vfaas.command.GatewayFailures;
import dev.vfaas.command.RootCommand;
import dev.vfaas.command.Session;
import dev.vfaas.console.Console;
import dev.vfaas.console.Environment;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GoDuration;
import dev.vfaas.yaml.Suggestion;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The tool in process: one instance is one run. Nothing of it touches the process's own streams, variables or exit code. */
public final class Vfaas {
    private static final String STACKTRACE = "--stacktrace";
    private static final long FAREWELL_SECONDS = 5;
    private static final List<String> VERSION = List.of("--version");

    /** What picocli says of an option with a fixed set of values. */
    private static final Pattern CHOICE = Pattern.compile(
            "option '(?<option>[^']+)'.*: expected one of \\[(?<known>[^]]*)] \\(case-insensitive\\) but was '(?<given>.*)'");

    private final PrintStream out;
    private final PrintStream err;
    private final Console console;
    private final Session session;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean interrupted;

    /** A run that writes its result to {@code out} and everything else to {@code err}. */
    public Vfaas(PrintStream out, PrintStream err, InputStream in, Environment environment) {
        this.out = out;
        this.err = err;
        this.console = new Console(out, err, in, environment);
        this.session = new Session(console, environment, version());
    }

    /** Runs one command line and returns its exit code, one of {@link ExitCode}. */
    public static int run(
            PrintStream out, PrintStream err, InputStream in, Environment environment, String... arguments) {
        return new Vfaas(out, err, in, environment).run(arguments);
    }

    /** Runs one command line and returns its exit code, one of {@link ExitCode}. */
    public int run(String... arguments) {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        boolean trace = words.remove(STACKTRACE);
        if (words.equals(VERSION)) { // asked for by scripts all the time; needs no parser
            console.result(session.version());
            return ExitCode.OK.code();
        }
        CommandLine commandLine = commandLine(words);
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> fail(exception, trace));
        commandLine.setParameterExceptionHandler((exception, wrong) -> usage(exception, trace));
        try {
            if (words.isEmpty()) {
                commandLine.usage(commandLine.getOut());
                return ExitCode.OK.code();
            }
            String first = words.getFirst();
            if (!first.startsWith("-") && !commandLine.getSubcommands().containsKey(first)) {
                // Said also when help is asked for, which picocli would answer with its own.
                return fail(
                        Failure.usage("unknown command " + first
                                        + Suggestion.phrase(
                                                first,
                                                commandLine.getSubcommands().keySet()))
                                .next("vfaas --help"),
                        trace);
            }
            return commandLine.execute(words.toArray(String[]::new));
        } finally {
            session.close();
            console.flush();
            over.countDown();
        }
    }

    /** Undoes what is half done, and lets work that ends by itself say how to go on; the process entry calls it when it is interrupted. */
    void interrupted() {
        interrupted = true;
        if (console.interrupted()) {
            try {
                over.await(FAREWELL_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether {@link #interrupted} was called. */
    boolean isInterrupted() {
        return interrupted;
    }

    private CommandLine commandLine(List<String> words) {
        CommandLine root = new CommandLine(new RootCommand());
        Commands commands = new Commands(session);
        CommandWords position = CommandWords.of(words, commands);
        String invoked = position.command();
        if (invoked != null) {
            position.moveOptionsBehindCommand(words);
            root.addSubcommand(invoked, commands.create(invoked), commands.aliases(invoked));
        } else {
            commands.addAll(root);
        }
        prepare(root);
        Ansi ansi = console.colourOnOut() ? Ansi.ON : Ansi.OFF;
        return root.registerConverter(Duration.class, Vfaas::duration)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110);
    }

    private void prepare(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.version(session.version());
        spec.usageMessage().abbreviateSynopsis(true).sortOptions(false).sortSynopsis(false);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("show this help")
                .build());
        command.getSubcommands().values().stream().distinct().forEach(this::prepare);
    }

    private int usage(CommandLine.ParameterException exception, boolean trace) {
        if (exception.getCause() instanceof Failure failure) {
            return fail(failure, trace);
        }
        CommandSpec command = exception.getCommandLine().getCommandSpec();
        return fail(Failure.usage(describe(exception, command)).next(command.qualifiedName() + " --help"), trace);
    }

    private static String describe(CommandLine.ParameterException exception, CommandSpec command) {
        String message = exception.getMessage() == null ? "wrong usage" : exception.getMessage();
        if (exception instanceof CommandLine.UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().getFirst();
            if (word.startsWith("-")) {
                return "unknown option " + word
                        + (word.length() > 2
                                ? Suggestion.phrase(word, command.optionsMap().keySet())
                                : "");
            }
            return command.subcommands().isEmpty()
                    ? "unexpected argument " + word
                    : "unknown command " + word
                            + Suggestion.phrase(word, command.subcommands().keySet());
        }
        Matcher choice = CHOICE.matcher(message);
        if (choice.find()) {
            return "invalid value for option " + choice.group("option") + ": " + choice.group("given")
                    + " is not one of " + choice.group("known").toLowerCase(Locale.ROOT);
        }
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    private int fail(Throwable exception, boolean trace) {
        Failure failure = switch (exception) {
            case Failure known -> known;
            case GatewayException refused -> GatewayFailures.explain(refused);
            default -> unexpected(exception);
        };
        console.error(failure);
        if (trace) {
            console.trace(exception);
        }
        return failure.exitCode().code();
    }

    private static Failure unexpected(Throwable exception) {
        if (exception instanceof InterruptedException) {
            return Failure.of(ExitCode.INTERRUPTED, "interrupted");
        }
        Throwable cause = exception instanceof java.io.UncheckedIOException
                ? Objects.requireNonNullElse(exception.getCause(), exception)
                : exception;
        String kind = cause.getClass().getSimpleName();
        String message = cause.getMessage() == null ? kind : kind + ": " + cause.getMessage();
        return Failure.failed(message).next("the same command with " + STACKTRACE);
    }

    private static Duration duration(String text) {
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private static String version() {
        @Nullable String version = Vfaas.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
