package dev.vfaas.yaml;

import dev.vfaas.console.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong in one text, collected so that a person sees all of it at once. Not thread-safe. */
public final class Problems {
    private static final int SHOWN = 20;
    private static final int KEPT = 1000;
    private static final int WIDTH = 160;

    private final SourceText source;
    private final List<Problem> problems = new ArrayList<>();

    private record Problem(Position position, String message) {}

    /** None yet, of that text. */
    public Problems(SourceText source) {
        this.source = source;
    }

    /** The text they are in. */
    public SourceText source() {
        return source;
    }

    /** One more. The same problem at the same place (an alias, say) counts once. */
    public void add(Position position, String message) {
        Problem problem = new Problem(position, message);
        if (problems.size() < KEPT && !problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return problems.isEmpty();
    }

    /** Throws {@link #failure} when there is any. */
    public void throwIfAny() {
        if (!isEmpty()) {
            throw failure();
        }
    }

    /** A usage failure that shows each with file:line:column, the line and a caret, in the order of the text. */
    public Failure failure() {
        List<Problem> sorted = problems.stream()
                .sorted(Comparator.comparing(Problem::position))
                .toList();
        StringBuilder text = new StringBuilder();
        if (sorted.size() > 1) {
            text.append(source.name()).append(" has ").append(sorted.size()).append(" errors\n");
        }
        sorted.stream()
                .limit(SHOWN)
                .forEach(problem -> text.append(show(problem)).append('\n'));
        if (sorted.size() > SHOWN) {
            text.append("and ").append(sorted.size() - SHOWN).append(" more\n");
        }
        return Failure.usage(text.toString().stripTrailing());
    }

    private String show(Problem problem) {
        Position position = problem.position();
        String where = source.name() + ":" + position.line() + ":" + position.column() + ": " + problem.message();
        String line = source.line(position.line());
        if (line.isBlank()) {
            return where;
        }
        String number = Integer.toString(position.line());
        int caret = Math.min(
                line.offsetByCodePoints(0, Math.min(position.column() - 1, line.codePointCount(0, line.length()))),
                line.length());
        int from = caret > WIDTH - 20 ? caret - WIDTH / 2 : 0;
        String shown = line.substring(from, Math.min(line.length(), from + WIDTH));
        String indent = line.substring(from, caret).replaceAll("[^\t]", " ");
        return where + "\n  " + number + " | " + printable(shown) + "\n  " + " ".repeat(number.length()) + " | "
                + indent + "^";
    }

    /** A file may hold control characters, which must not reach a terminal. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cc}&&[^\t]]", "\uFFFD");
    }
}
