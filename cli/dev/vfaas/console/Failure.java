package dev.vfaas.console;

import org.jspecify.annotations.Nullable;

/**
 * Something a person must be told: what happened, where and why, and the next command to type. Rooms throw it; the entry point prints it and
 * ends with its exit code. A cause is shown only with {@code --stacktrace}.
 */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final @Nullable String next;

    private Failure(ExitCode exitCode, String message, @Nullable String next, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.next = next;
    }

    /** A failure with the given exit code; {@code message} says what happened, where and why. */
    public static Failure of(ExitCode exitCode, String message) {
        return new Failure(exitCode, message, null, null);
    }

    /** Exit 1: it failed. */
    public static Failure failed(String message) {
        return of(ExitCode.FAILED, message);
    }

    /** Exit 2: the command line or an input file is wrong and nothing was touched. */
    public static Failure usage(String message) {
        return of(ExitCode.USAGE, message);
    }

    /** The same failure that also tells the next command to type, or what to do. */
    public Failure next(String command) {
        return new Failure(exitCode, text(), command, getCause());
    }

    /** The same failure with the exception behind it, for {@code --stacktrace}. */
    public Failure because(Throwable cause) {
        return new Failure(exitCode, text(), next, cause);
    }

    /** The first line of a text, without the colon that leads to the next lines. */
    public static String headline(String text) {
        String first = text.lines().findFirst().orElse("").stripTrailing();
        return first.endsWith(":") ? first.substring(0, first.length() - 1) : first;
    }

    /** What the process ends with. */
    public ExitCode exitCode() {
        return exitCode;
    }

    /** The next command to type, or what to do, if there is one to tell. */
    public @Nullable String next() {
        return next;
    }

    /** What happened, where and why. */
    public String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
