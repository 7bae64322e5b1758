package dev.vfaas.ssh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is to be run on a server, as a value: it is composed, compared and shown without running. {@link #toString} is what a log may hold: sensitive
 * words print as {@code [redacted]}. Secrets do not belong into words at all; they travel on standard input.
 */
public final class Command {
    private static final String REDACTED = "[redacted]";

    private final List<Word> words;
    private final Map<String, String> variables;

    /** A piece of the command line: quoted when it is an argument, as it is when it is an operator. */
    private record Word(String text, boolean operator, boolean sensitive) {}

    private Command(List<Word> words) {
        this(words, Map.of());
    }

    private Command(List<Word> words, Map<String, String> variables) {
        this.words = List.copyOf(words);
        this.variables = Map.copyOf(variables);
    }

    /** The same with environment variables; they hold no secret, and logs do not show them. */
    public Command with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(variables);
        all.putAll(more);
        return new Command(words, all);
    }

    /** A program and its arguments; each is quoted when the command is rendered. */
    public static Command of(String... argv) {
        List<Word> words = new ArrayList<>();
        for (String word : argv) {
            words.add(new Word(word, false, false));
        }
        return new Command(words);
    }

    /** A script for {@code sh -c}; what varies goes into {@code arguments}, which the script sees as $1, $2 and so on. */
    public static Command script(String script, String... arguments) {
        List<Word> words = new ArrayList<>(of("sh", "-c", script, "sh").words);
        words.addAll(of(arguments).words);
        return new Command(words);
    }

    /** One more argument that no log shows. */
    public Command sensitive(String argument) {
        List<Word> longer = new ArrayList<>(words);
        longer.add(new Word(argument, false, true));
        return new Command(longer, variables);
    }

    /** This, and the other only if this ends with 0. */
    public Command and(Command other) {
        return join("&&", other);
    }

    /** This, with its output as the other's input. */
    public Command pipe(Command other) {
        return join("|", other);
    }

    private Command join(String operator, Command other) {
        List<Word> joined = new ArrayList<>(words);
        joined.add(new Word(operator, true, false));
        joined.addAll(other.words);
        return new Command(joined, variables);
    }

    /** The line for a POSIX shell. */
    public String render() {
        StringBuilder exports = new StringBuilder();
        new TreeMap<>(variables)
                .forEach((name, value) ->
                        exports.append(' ').append(name).append('=').append(quote(value)));
        return (exports.isEmpty() ? "" : "export" + exports + "; ") + line(false);
    }

    /** The line with sensitive words hidden. */
    @Override
    public String toString() {
        return line(true);
    }

    private String line(boolean redact) {
        StringBuilder line = new StringBuilder();
        for (Word word : words) {
            line.append(line.isEmpty() ? "" : " ");
            line.append(word.operator ? word.text : word.sensitive && redact ? REDACTED : quote(word.text));
        }
        return line.toString();
    }

    /** Quotes a word for a POSIX shell (IEEE Std 1003.1, 2.2.2): nothing in single quotes is special but the quote itself. */
    static String quote(String word) {
        boolean plain = !word.isEmpty() && word.chars().allMatch(Command::isPlain);
        return plain ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "_-./:=,@%+".indexOf(c) >= 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Command command && words.equals(command.words) && variables.equals(command.variables);
    }

    @Override
    public int hashCode() {
        return words.hashCode();
    }
}
