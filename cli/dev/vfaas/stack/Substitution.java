package dev.vfaas.stack;

import dev.vfaas.stack.ExpressionParser.Malformed;
import dev.vfaas.yaml.Offsets;
import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Replaces {@code ${VAR}} forms in the raw text of a stack file, as drone/envsubst does, before it is read as YAML: a value may hold any YAML, and
 * what it holds becomes part of the file. {@code $$} is one {@code $} and {@code $VAR} stays.
 *
 * <p>Other than the original: comments are left alone, a variable that is not set and has no default is a warning, lengths and positions count
 * characters and not bytes, backslashes in plain text stay, and offsets of the new text lead back to the old one.
 *
 * @param text with the forms replaced
 * @param offsets from the text to the original
 * @param warnings one line each
 */
record Substitution(String text, Offsets offsets, List<String> warnings) {

    /** Malformed forms after which the rest of a file is not looked at. */
    private static final int REPORTED = 10;

    /** A run of the new text: either a copy of the original's from {@code source} on, or what the form at {@code source} became. */
    private record Run(int start, int source, boolean copied) {}

    /** No substitution at all. */
    static Substitution none(Problems problems) {
        return new Substitution(problems.source().text(), Offsets.SAME, List.of());
    }

    /** Replaces in the problems' text; malformed forms are problems and stay as they are. */
    static Substitution of(Problems problems, Variables variables) {
        String source = problems.source().text();
        BitSet comments = Comments.of(source);
        StringBuilder text = new StringBuilder(source.length());
        List<Run> runs = new ArrayList<>(List.of(new Run(0, 0, true)));
        List<String> warnings = new ArrayList<>();
        int at = 0;
        int malformed = 0;
        while (at < source.length()) {
            char next = at + 1 < source.length() ? source.charAt(at + 1) : '\0';
            boolean special = source.charAt(at) == '$' && (next == '$' || next == '{') && !comments.get(at);
            if (!special) {
                text.append(source.charAt(at));
                at++;
                continue;
            }
            int start = at;
            runs.add(new Run(text.length(), start, false));
            if (next == '$') {
                text.append('$');
                at += 2;
            } else {
                try {
                    ExpressionParser parser = new ExpressionParser(source, start);
                    Expression expression = parser.parse();
                    Position position = problems.source().position(start);
                    text.append(expression.evaluate(
                            variables,
                            name -> warnings.add(problems.source().name() + ":" + position.line() + ":"
                                    + position.column() + ": the environment variable " + name
                                    + " is not set and became empty; ${" + name + ":-} says that this is meant")));
                    at = parser.end();
                } catch (Malformed e) {
                    problems.add(problems.source().position(start), String.valueOf(e.getMessage()));
                    int lineEnd = source.indexOf('\n', start);
                    at = lineEnd < 0 ? source.length() : lineEnd;
                    if (++malformed == REPORTED) {
                        break;
                    }
                }
            }
            runs.add(new Run(text.length(), at, true));
        }
        return new Substitution(text.toString(), offset -> original(runs, offset), List.copyOf(warnings));
    }

    private static int original(List<Run> runs, int offset) {
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).start() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Run run = runs.get(low);
        return run.copied() ? run.source() + offset - run.start() : run.source();
    }
}
